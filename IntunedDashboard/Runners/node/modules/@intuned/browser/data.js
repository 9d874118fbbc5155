'use strict';

/** Without empty strings, nulls and what is empty after removing them. */
function filterEmptyValues({ data }) {
  const keep = value => {
    if (value === '' || value === null || value === undefined) return undefined;
    if (Array.isArray(value)) {
      const items = value.map(keep).filter(item => item !== undefined);
      return items.length ? items : undefined;
    }
    if (Object.getPrototypeOf(value) === Object.prototype) {
      const entries = Object.entries(value).map(([key, item]) => [key, keep(item)]).filter(([, item]) => item !== undefined);
      return entries.length ? Object.fromEntries(entries) : undefined;
    }
    return value;
  };
  return keep(data) ?? (Array.isArray(data) ? [] : {});
}

const months = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/i;

/** Midnight of the day a text names, or null. Slashed dates are month first unless only day first is possible. */
function processDate({ date }) {
  const text = String(date ?? '').trim();
  const day = (year, month, dayOfMonth) => {
    const made = new Date(year, month - 1, dayOfMonth);
    return made.getMonth() === month - 1 && made.getDate() === dayOfMonth ? made : null;
  };
  let match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/.exec(text);
  if (match) return day(+match[1], +match[2], +match[3]);
  match = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)/.exec(text);
  if (match) {
    const [first, second] = [+match[1], +match[2]];
    const year = match[3].length === 2 ? 2000 + +match[3] : +match[3];
    return first > 12 ? day(year, second, first) : day(year, first, second) ?? day(year, second, first);
  }
  match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (match) return day(+match[1], +match[2], +match[3]);
  // The engine's own parser makes a date of nearly anything, so there must be a month's name and a year.
  if (!months.test(text) || !/\d{4}/.test(text)) return null;
  const parsed = new Date(text.replace(/(\d)(st|nd|rd|th)\b/gi, '$1').replace(/[T ,]+(at )?\d{1,2}:\d{2}.*$/i, '').replace(/\bof\b/gi, ' '));
  return Number.isNaN(parsed.getTime()) ? null : new Date(parsed.getFullYear(), parsed.getMonth(), parsed.getDate());
}

/** HTML without scripts, comments, inline handlers and overlong attributes. */
function sanitizeHtml({ html, removeStyles = true, maxAttributeLength = 500 }) {
  let clean = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(script|noscript)\b[^>]*>[\s\S]*?<\/\1\s*>/gi, '');
  if (removeStyles) clean = clean.replace(/<style\b[^>]*>[\s\S]*?<\/style\s*>/gi, '').replace(/<link\b[^>]*stylesheet[^>]*>/gi, '');
  return clean.replace(/<[a-z][^>]*>/gi, tag => tag.replace(/\s([^\s=>/]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/g, (whole, name, value) =>
    /^on/i.test(name) || (removeStyles && /^style$/i.test(name)) || value.length - 2 > maxAttributeLength ? '' : whole));
}

module.exports = { filterEmptyValues, processDate, sanitizeHtml };
