# Runs in the page, which knows what is shown and what an address leads to.
_MARKDOWN = r"""root => {
  const blocks = new Set(['P', 'DIV', 'SECTION', 'ARTICLE', 'MAIN', 'HEADER', 'FOOTER', 'NAV', 'ASIDE', 'FORM', 'FIGURE', 'ADDRESS', 'DL', 'DT', 'DD']);
  const skipped = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'SVG', 'HEAD']);
  const inline = node => [...node.childNodes].map(child => text(child, 0)).join('');
  const cell = node => inline(node).replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim();
  const list = (node, depth) => [...node.children].map((item, index) =>
    '  '.repeat(depth) + (node.tagName === 'OL' ? `${index + 1}. ` : '- ')
      + [...item.childNodes].map(child => text(child, depth + 1)).join('').trim()).join('\n');
  const table = node => {
    const rows = [...node.rows].map(row => [...row.cells].map(cell));
    if (!rows.length) return '';
    const line = cells => `| ${cells.join(' | ')} |`;
    return [line(rows[0]), line(rows[0].map(() => '---')), ...rows.slice(1).map(line)].join('\n');
  };
  const text = (node, depth) => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent.replace(/\s+/g, ' ');
    if (node.nodeType !== Node.ELEMENT_NODE || skipped.has(node.tagName.toUpperCase()) || node.hidden) return '';
    switch (node.tagName) {
      case 'H1': case 'H2': case 'H3': case 'H4': case 'H5': case 'H6': return `\n\n${'#'.repeat(+node.tagName[1])} ${inline(node).trim()}\n\n`;
      case 'BR': return '\n';
      case 'HR': return '\n\n---\n\n';
      case 'B': case 'STRONG': return inline(node).trim() && `**${inline(node).trim()}**`;
      case 'I': case 'EM': return inline(node).trim() && `*${inline(node).trim()}*`;
      case 'CODE': return `\`${node.textContent}\``;
      case 'PRE': return `\n\n\`\`\`\n${node.textContent}\n\`\`\`\n\n`;
      case 'A': return node.href && inline(node).trim() ? `[${inline(node).trim()}](${node.href})` : inline(node);
      case 'IMG': return node.src ? `![${node.alt}](${node.src})` : '';
      case 'UL': case 'OL': return depth ? `\n${list(node, depth)}` : `\n\n${list(node, 0)}\n\n`;
      case 'TABLE': return `\n\n${table(node)}\n\n`;
      case 'BLOCKQUOTE': return `\n\n${inline(node).trim().replace(/^/gm, '> ')}\n\n`;
      default: return blocks.has(node.tagName) ? `\n\n${inline(node)}\n\n` : inline(node);
    }
  };
  return text(root, 0).replace(/[ \t]+\n/g, '\n').replace(/\n[ \t]+(?![-\d])/g, '\n').replace(/\n{3,}/g, '\n\n').trim();
}"""


async def extract_markdown(source):
    """The page or element as Markdown."""
    return await (source.locator("body") if hasattr(source, "goto") else source).evaluate(_MARKDOWN)
