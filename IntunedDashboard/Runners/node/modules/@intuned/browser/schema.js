'use strict';

/** What validateDataUsingSchema throws. `errors` has one entry for each fault, with the path of the value. */
class ValidationError extends Error {
  constructor(errors, data) {
    super(`The data does not match the schema. ${errors.slice(0, 10).map(e => `${e.path || 'The value'} ${e.message}`).join('; ')}`
      + (errors.length > 10 ? `; and ${errors.length - 10} more` : ''));
    this.name = 'ValidationError';
    this.errors = errors;
    this.data = data;
  }
}

const attachmentText = ['fileName', 'key', 'bucket', 'region', 'suggestedFileName'];

const formats = {
  'date': /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  'date-time': /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/,
  'time': /^\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?$/,
  'email': /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  'uuid': /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'ipv4': /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/,
  'uri': { test: URL.canParse },
  'url': { test: URL.canParse },
  'regex': { test: text => { try { return Boolean(new RegExp(text, 'u')); } catch { return false; } } },
};

const types = {
  string: value => typeof value === 'string',
  number: value => typeof value === 'number' && Number.isFinite(value),
  integer: value => Number.isInteger(value),
  boolean: value => typeof value === 'boolean',
  null: value => value === null,
  array: Array.isArray,
  object: value => typeof value === 'object' && value !== null && !Array.isArray(value),
  attachment: isAttachment,
};

/** A stored file, with its fields named as in either language. */
function isAttachment(value) {
  if (!types.object(value)) return false;
  const field = name => value[name] ?? value[name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)];
  const endpoint = field('endpoint');
  return attachmentText.every(name => typeof field(name) === 'string') && (endpoint === undefined || endpoint === null || typeof endpoint === 'string');
}

/** All faults of a value under a JSON schema; the type `attachment` is a stored file. */
function findFaults(value, schema, root = schema, path = '', seen = 0) {
  if (schema === true || schema === undefined) return [];
  if (schema === false) return [{ path, message: 'is not allowed' }];
  if (seen > 200) throw new Error('The schema refers to itself without end.');
  const faults = [];
  const fault = message => faults.push({ path, message });
  const check = (part, of, at) => faults.push(...findFaults(part, of, root, at, seen + 1));
  const fits = of => findFaults(value, of, root, path, seen + 1).length === 0;
  const at = key => typeof key === 'number' ? `${path}[${key}]` : path ? `${path}.${key}` : key;

  if (schema.$ref !== undefined) check(value, resolve(root, schema.$ref), path);
  const allowed = schema.type === undefined ? [] : [schema.type].flat();
  if (schema.nullable === true && value === null) return faults;
  if (allowed.length && !allowed.some(type => (types[type] ?? unknownType(type))(value))) {
    fault(`must be ${allowed.join(' or ')}, not ${nameOf(value)}`);
    return faults;
  }
  if (schema.enum && !schema.enum.some(item => equal(item, value))) fault(`must be one of ${JSON.stringify(schema.enum)}`);
  if ('const' in schema && !equal(schema.const, value)) fault(`must be ${JSON.stringify(schema.const)}`);

  if (typeof value === 'string') {
    const length = [...value].length;
    if (length < schema.minLength) fault(`must have at least ${schema.minLength} characters`);
    if (length > schema.maxLength) fault(`must have at most ${schema.maxLength} characters`);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) fault(`must match ${schema.pattern}`);
    if (schema.format !== undefined && formats[schema.format] && !formats[schema.format].test(value)) fault(`must be a ${schema.format}`);
  } else if (typeof value === 'number') {
    if (value < schema.minimum || (schema.exclusiveMinimum === true && value === schema.minimum)) fault(`must not be less than ${schema.minimum}`);
    if (value > schema.maximum || (schema.exclusiveMaximum === true && value === schema.maximum)) fault(`must not be more than ${schema.maximum}`);
    if (typeof schema.exclusiveMinimum === 'number' && value <= schema.exclusiveMinimum) fault(`must be more than ${schema.exclusiveMinimum}`);
    if (typeof schema.exclusiveMaximum === 'number' && value >= schema.exclusiveMaximum) fault(`must be less than ${schema.exclusiveMaximum}`);
    if (schema.multipleOf && Math.abs(value / schema.multipleOf - Math.round(value / schema.multipleOf)) > 1e-9) fault(`must be a multiple of ${schema.multipleOf}`);
  } else if (Array.isArray(value)) {
    const prefix = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : []);
    const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
    value.forEach((item, i) => check(item, i < prefix.length ? prefix[i] : rest, at(i)));
    if (value.length < schema.minItems) fault(`must have at least ${schema.minItems} items`);
    if (value.length > schema.maxItems) fault(`must have at most ${schema.maxItems} items`);
    if (schema.uniqueItems && value.some((item, i) => value.slice(0, i).some(other => equal(item, other)))) fault('must not have the same item twice');
    if (schema.contains !== undefined) {
      const count = value.filter(item => findFaults(item, schema.contains, root, path, seen + 1).length === 0).length;
      if (count < (schema.minContains ?? 1) || count > schema.maxContains) fault('does not contain the items it must');
    }
  } else if (types.object(value)) {
    const keys = Object.keys(value).filter(key => value[key] !== undefined);
    for (const key of schema.required ?? []) if (!keys.includes(key)) faults.push({ path: at(key), message: 'is missing' });
    for (const key of keys) {
      if (schema.propertyNames !== undefined) check(key, schema.propertyNames, at(key));
      const own = Object.hasOwn(schema.properties ?? {}, key);
      if (own) check(value[key], schema.properties[key], at(key));
      const patterns = Object.entries(schema.patternProperties ?? {}).filter(([pattern]) => new RegExp(pattern, 'u').test(key));
      for (const [, of] of patterns) check(value[key], of, at(key));
      if (!own && !patterns.length) check(value[key], schema.additionalProperties, at(key));
    }
    if (keys.length < schema.minProperties) fault(`must have at least ${schema.minProperties} properties`);
    if (keys.length > schema.maxProperties) fault(`must have at most ${schema.maxProperties} properties`);
    for (const [key, needed] of Object.entries(schema.dependentRequired ?? {})) {
      if (keys.includes(key)) for (const other of needed) if (!keys.includes(other)) faults.push({ path: at(other), message: `is missing, and ${key} needs it` });
    }
  }

  for (const of of schema.allOf ?? []) check(value, of, path);
  if (schema.anyOf && !schema.anyOf.some(fits)) fault('matches none of the allowed forms');
  if (schema.oneOf) {
    const count = schema.oneOf.filter(fits).length;
    if (count !== 1) fault(count ? 'matches more than one of the allowed forms' : 'matches none of the allowed forms');
  }
  if (schema.not !== undefined && fits(schema.not)) fault('has a form that is not allowed');
  if (schema.if !== undefined) check(value, fits(schema.if) ? schema.then : schema.else, path);
  return faults;
}

function resolve(root, reference) {
  if (!reference.startsWith('#')) throw new Error(`The schema refers to ${reference}; only references within the schema are possible.`);
  let found = root;
  for (const part of reference.slice(1).split('/').filter(Boolean)) {
    found = found?.[decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~')];
  }
  if (found === undefined) throw new Error(`The schema refers to ${reference}, which is not in it.`);
  return found;
}

function unknownType(type) {
  throw new Error(`The schema names the type ${JSON.stringify(type)}, which does not exist.`);
}

function nameOf(value) {
  return value === null ? 'null' : value === undefined ? 'missing' : Array.isArray(value) ? 'array' : typeof value;
}

function equal(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** Throws a ValidationError unless the data matches the schema. */
function validateDataUsingSchema({ data, schema }) {
  if (typeof schema !== 'object' || schema === null) throw new Error('validateDataUsingSchema: schema must be a JSON schema.');
  const faults = findFaults(data, schema);
  if (faults.length) throw new ValidationError(faults, data);
}

module.exports = { ValidationError, findFaults, validateDataUsingSchema };
