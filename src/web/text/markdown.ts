/**
 * Markdown of a message as a small tree that components render: never as HTML. What could reach out is not in it: HTML
 * and pictures stay text, and an address is one of the web or of mail, or no link at all. Pure, and bounded: a text that
 * is long or nested deep is shown as it was written.
 */
import { fromMarkdown } from 'mdast-util-from-markdown';
import type { Nodes, PhrasingContent, RootContent } from 'mdast';
import {
  MARKDOWN_CHARACTERS_MAX,
  MARKDOWN_DEPTH_MAX,
  MARKDOWN_MARKS_MAX,
  MARKDOWN_NODES_MAX,
} from '../limits.ts';

export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly children: readonly Inline[] }
  | {
      readonly kind: 'link';
      readonly address: string;
      /** Where it leads, when its text does not say so. */
      readonly host: string | undefined;
      readonly children: readonly Inline[];
    };

export type Block =
  | { readonly kind: 'paragraph' | 'heading'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string; readonly language: string }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly start: number | undefined;
      readonly items: readonly (readonly Block[])[];
    }
  | { readonly kind: 'rule' };

/** What is written in chats by chance, or could carry something foreign, is no markup here. */
const EXTENSIONS = {
  extensions: [
    {
      disable: {
        null: [
          'htmlFlow',
          'htmlText',
          'labelStartImage',
          'definition',
          'setextUnderline',
          'codeIndented',
          'characterReference',
        ],
      },
    },
  ],
};
/** Without one of these a text is the same with and without Markdown; an address is found by itself. */
const MARKUP = /[*_`#>~[\]\\<+-]|\d[.)]\s|https?:\/\//;
/** Marks of quotes and lists, one in another: each costs the parser as much as all before it. */
const NESTED = new RegExp(`^(?:[ \\t]*(?:>|[-+*]|\\d{1,9}[.)])){${MARKDOWN_DEPTH_MAX},}`, 'm');
const ADDRESS = /https?:\/\/[^\s<>"'`\p{Cc}]+/giu;

/** The blocks of a message; undefined where it is to be shown as it was written. */
export function parseMarkdown(source: string): readonly Block[] | undefined {
  if (source.length > MARKDOWN_CHARACTERS_MAX || !MARKUP.test(source)) return undefined;
  if (NESTED.test(source) || marksIn(source) > MARKDOWN_MARKS_MAX) return undefined;
  const budget: Budget = { nodes: MARKDOWN_NODES_MAX, source };
  const blocks = blocksOf(fromMarkdown(source, EXTENSIONS).children, budget, 0);
  return budget.nodes < 0 || blocks.length === 0 ? undefined : blocks;
}

/** Marks that open or close something within a line: pairing them takes the square of their number. */
function marksIn(source: string): number {
  return source.match(/[*_`[\]<]/g)?.length ?? 0;
}

interface Budget {
  nodes: number;
  readonly source: string;
}

function blocksOf(nodes: readonly RootContent[], budget: Budget, depth: number): readonly Block[] {
  if (depth > MARKDOWN_DEPTH_MAX) budget.nodes = -1;
  return budget.nodes < 0 ? [] : nodes.map((node) => blockOf(node, budget, depth));
}

function blockOf(node: RootContent, budget: Budget, depth: number): Block {
  budget.nodes--;
  switch (node.type) {
    case 'paragraph':
      return { kind: 'paragraph', children: inlinesOf(node.children, budget, depth) };
    case 'heading':
      return { kind: 'heading', children: inlinesOf(node.children, budget, depth) };
    case 'code':
      return { kind: 'code', text: node.value, language: node.lang ?? '' };
    case 'blockquote':
      return { kind: 'quote', children: blocksOf(node.children, budget, depth + 1) };
    case 'list': {
      const items = node.children.map((item) => blocksOf(item.children, budget, depth + 1));
      return { kind: 'list', start: node.ordered === true ? (node.start ?? 1) : undefined, items };
    }
    case 'thematicBreak':
      return { kind: 'rule' };
    default:
      return { kind: 'paragraph', children: [asWritten(node, budget)] };
  }
}

function inlinesOf(nodes: readonly PhrasingContent[], budget: Budget, depth: number): readonly Inline[] {
  if (depth > MARKDOWN_DEPTH_MAX) budget.nodes = -1;
  return budget.nodes < 0 ? [] : nodes.flatMap((node) => inlineOf(node, budget, depth));
}

function inlineOf(node: PhrasingContent, budget: Budget, depth: number): readonly Inline[] {
  budget.nodes--;
  switch (node.type) {
    case 'text':
      return linked(node.value);
    case 'break':
      return [{ kind: 'text', text: '\n' }];
    case 'inlineCode':
      return [{ kind: 'code', text: node.value }];
    case 'strong':
    case 'emphasis':
      return [{ kind: node.type, children: inlinesOf(node.children, budget, depth + 1) }];
    case 'link': {
      const children = inlinesOf(node.children, budget, depth + 1).flatMap(withoutLinks);
      const link = linkTo(node.url, children);
      return link === undefined ? [asWritten(node, budget)] : [link];
    }
    default:
      return [asWritten(node, budget)];
  }
}

/** The very characters of a node, for what has no meaning here. */
function asWritten(node: Nodes, { source }: Budget): Inline {
  const { start, end } = node.position ?? {};
  return { kind: 'text', text: source.slice(start?.offset ?? 0, end?.offset ?? 0) };
}

/** A text whose addresses are links. */
function linked(text: string): readonly Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutPunctuation(found);
    const link = linkTo(address, [{ kind: 'text', text: address }]);
    if (link === undefined) continue;
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) });
    parts.push(link);
    from = index + address.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** What ends a sentence is not part of the address in it; a bracket is, where it was opened in it. */
function withoutPunctuation(found: string): string {
  let address = found.replace(/[.,;:!?*_~，。；：！？、）」』》]+$/u, '');
  while (address.endsWith(')') && address.split(')').length > address.split('(').length)
    address = address.slice(0, -1);
  return address;
}

/** A link, unless the address is of another kind than the web's and mail's, which only a program could open. */
function linkTo(address: string, children: readonly Inline[]): Inline | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return undefined;
  const where = url.protocol === 'mailto:' ? url.pathname : url.host;
  const said = children.map(plainText).join('');
  return { kind: 'link', address: url.href, host: said.includes(where) ? undefined : where, children };
}

function withoutLinks(inline: Inline): readonly Inline[] {
  return inline.kind === 'link' ? inline.children : [inline];
}

function plainText(inline: Inline): string {
  return 'text' in inline ? inline.text : inline.children.map(plainText).join('');
}
