'use strict';

/** The readable content of a page or of one element, as Markdown. */
async function extractMarkdown({ source }) {
  const locator = typeof source.goto === 'function' ? source.locator('body') : source;
  return locator.evaluate(toMarkdown);
}

/** Runs in the page. */
function toMarkdown(root) {
  const skipped = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'SVG', 'svg', 'IFRAME', 'CANVAS', 'OBJECT', 'SELECT', 'INPUT', 'TEXTAREA']);
  const blocks = new Set(['ADDRESS', 'ARTICLE', 'ASIDE', 'BODY', 'DETAILS', 'DIV', 'DL', 'DT', 'DD', 'FIELDSET', 'FIGCAPTION', 'FIGURE', 'FOOTER', 'FORM', 'HEADER',
    'MAIN', 'NAV', 'P', 'SECTION', 'SUMMARY', 'HTML', 'UL', 'OL', 'LI', 'TABLE', 'BLOCKQUOTE', 'PRE', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'HR']);
  const hidden = element => {
    if (element.hasAttribute('hidden') || element.getAttribute('aria-hidden') === 'true') return true;
    const style = getComputedStyle(element);
    return style.display === 'none' || style.visibility === 'hidden';
  };
  const absolute = value => {
    try {
      return new URL(value, document.baseURI).href;
    } catch {
      return value;
    }
  };
  const escape = text => text.replace(/([\\`*_[\]])/g, '\\$1');
  const join = parts => parts.filter(Boolean).join('\n\n');
  const indent = (text, first, rest) => text.split('\n').map((line, i) => (i === 0 ? first : line && rest) + line).join('\n');
  const wrap = (text, mark) => {
    const match = /^(\s*)([\s\S]*?)(\s*)$/.exec(text);
    return match[2] ? `${match[1]}${mark}${match[2]}${mark}${match[3]}` : text;
  };
  const tidy = text => text.replace(/[ \t\r\n]+/g, ' ').replace(/ ?\u0000 ?/g, '  \n').trim();

  const inline = node => {
    if (node.nodeType === Node.TEXT_NODE) return escape(node.data.replace(/\s+/g, ' '));
    if (node.nodeType !== Node.ELEMENT_NODE || skipped.has(node.tagName) || hidden(node)) return '';
    const content = () => [...(node.shadowRoot ?? node).childNodes].map(inline).join('');
    switch (node.tagName) {
      case 'BR': return '\u0000';
      case 'B': case 'STRONG': return wrap(content(), '**');
      case 'I': case 'EM': return wrap(content(), '*');
      case 'DEL': case 'S': return wrap(content(), '~~');
      case 'CODE': case 'KBD': case 'SAMP': return node.textContent.trim() ? `\`${node.textContent.trim()}\`` : '';
      case 'IMG': return node.getAttribute('src') ? `![${escape(node.alt ?? '')}](${absolute(node.getAttribute('src'))})` : '';
      case 'A': {
        const text = content();
        const href = node.getAttribute('href');
        return !href || href.startsWith('javascript:') || !text.trim() ? text : wrap(text, '\u0001').replace('\u0001', '[').replace('\u0001', `](${absolute(href)})`);
      }
      default: return content();
    }
  };

  const list = (element, ordered) => [...element.children].filter(child => child.tagName === 'LI' && !hidden(child)).map((item, i) => {
    const mark = ordered ? `${(Number(element.getAttribute('start')) || 1) + i}. ` : '- ';
    return indent(block(item).replace(/\n\n(?= *(?:- |\d+\. ))/g, '\n'), mark, ' '.repeat(mark.length));
  }).join('\n');

  const table = element => {
    const rows = [...element.rows].filter(row => !hidden(row))
      .map(row => [...row.cells].map(cell => block(cell).replace(/\s*\n+\s*/g, ' ').replace(/\|/g, '\\|')));
    if (!rows.length) return '';
    const width = Math.max(...rows.map(row => row.length));
    const lines = rows.map(row => `| ${Array.from({ length: width }, (_, i) => row[i] ?? '').join(' | ')} |`);
    lines.splice(1, 0, `|${' --- |'.repeat(width)}`);
    return lines.join('\n');
  };

  const block = element => {
    const parts = [];
    let line = '';
    const flush = () => {
      parts.push(tidy(line));
      line = '';
    };
    for (const child of (element.shadowRoot ?? element).childNodes) {
      if (child.nodeType !== Node.ELEMENT_NODE || !(blocks.has(child.tagName) || containsBlock(child))) {
        line += inline(child);
        continue;
      }
      flush();
      if (!skipped.has(child.tagName) && !hidden(child)) parts.push(one(child));
    }
    flush();
    return join(parts);
  };

  const containsBlock = element => !skipped.has(element.tagName) && [...element.children].some(child => blocks.has(child.tagName) || containsBlock(child));

  const one = element => {
    const tag = element.tagName;
    if (/^H[1-6]$/.test(tag)) {
      const text = block(element).replace(/\s*\n+\s*/g, ' ');
      return text && `${'#'.repeat(Number(tag[1]))} ${text}`;
    }
    switch (tag) {
      case 'HR': return '---';
      case 'UL': return list(element, false);
      case 'OL': return list(element, true);
      case 'TABLE': return table(element);
      case 'PRE': return `\`\`\`\n${element.textContent.replace(/\n$/, '')}\n\`\`\``;
      case 'BLOCKQUOTE': return indent(block(element), '> ', '> ').replace(/\n\n/g, '\n>\n');
      default: return block(element);
    }
  };

  return one(root);
}

module.exports = { extractMarkdown };
