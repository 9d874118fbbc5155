'use strict';

/** Whether it is a schema of the library zod, of any of its versions. */
function isZod(schema) {
  return typeof schema?.safeParse === 'function';
}

/** The JSON schema of a zod schema, as far as a model needs it; what cannot be said in JSON schema is left open. */
function toJsonSchema(schema) {
  const definition = schema._zod?.def ?? schema._def;
  const described = schema.description ?? definition.description;
  const json = convert(kindOf(definition), definition);
  return described ? { ...json, description: described } : json;
}

function kindOf(definition) {
  return definition.typeName ? definition.typeName.slice('Zod'.length).toLowerCase() : definition.type;
}

function convert(kind, d) {
  switch (kind) {
    case 'string': case 'boolean': case 'null': return { type: kind };
    case 'number': return { type: d.checks?.some(check => check.kind === 'int' || check._zod?.def?.format === 'safeint') ? 'integer' : 'number' };
    case 'int': case 'bigint': return { type: 'integer' };
    case 'date': return { type: 'string', format: 'date-time' };
    case 'literal': return { enum: d.values ?? [d.value] };
    case 'enum': return { enum: Array.isArray(d.values) ? d.values : Object.values(d.entries) };
    case 'nativeenum': return { enum: Object.values(d.values).filter(value => typeof d.values[value] !== 'number') };
    case 'array': return { type: 'array', items: toJsonSchema(d.element ?? d.type) };
    case 'set': return { type: 'array', items: toJsonSchema(d.valueType), uniqueItems: true };
    case 'tuple': return { type: 'array', prefixItems: d.items.map(toJsonSchema), minItems: d.items.length, maxItems: d.items.length };
    case 'object': return convertObject(d);
    case 'record': return { type: 'object', additionalProperties: toJsonSchema(d.valueType) };
    case 'union': case 'discriminatedunion': return { anyOf: [...(d.options?.values?.() ?? d.options)].map(toJsonSchema) };
    case 'intersection': return { allOf: [toJsonSchema(d.left), toJsonSchema(d.right)] };
    case 'nullable': return { anyOf: [toJsonSchema(d.innerType), { type: 'null' }] };
    case 'optional': case 'default': case 'prefault': case 'catch': case 'readonly': case 'nonoptional': return toJsonSchema(d.innerType);
    case 'branded': return toJsonSchema(d.type);
    case 'effects': return toJsonSchema(d.schema);
    case 'pipeline': case 'pipe': return toJsonSchema(d.in);
    case 'lazy': return {};
    default: return {};
  }
}

function convertObject(d) {
  const shape = typeof d.shape === 'function' ? d.shape() : d.shape;
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, toJsonSchema(value)])),
    required: Object.keys(shape).filter(key => !shape[key].isOptional?.()),
    additionalProperties: false,
  };
}

module.exports = { isZod, toJsonSchema };
