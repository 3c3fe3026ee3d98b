import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import type { Block, Inline } from '../text/markdown.ts';

/** Parsed Markdown as elements: nothing of a message ever becomes HTML by itself. */
export function Markdown({ blocks }: { readonly blocks: readonly Block[] }): ReactNode {
  return blocks.map((block, index) => <MarkdownBlock key={index} block={block} />);
}

function MarkdownBlock({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p dir="auto">
          <Inlines inlines={block.children} />
        </p>
      );
    case 'heading':
      return (
        <p className="markdown-heading" dir="auto">
          <Inlines inlines={block.children} />
        </p>
      );
    case 'code':
      return (
        <pre className="code-block" dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return (
        <blockquote>
          <Markdown blocks={block.children} />
        </blockquote>
      );
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <Markdown blocks={item} />
        </li>
      ));
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case 'rule':
      return <hr />;
  }
}

function Inlines({ inlines }: { readonly inlines: readonly Inline[] }): ReactNode {
  return inlines.map((inline, index) => <MarkdownInline key={index} inline={inline} />);
}

function MarkdownInline({ inline }: { readonly inline: Inline }): ReactNode {
  const words = useWords();
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'code':
      return <code className="code-part">{inline.text}</code>;
    case 'strong':
      return (
        <strong>
          <Inlines inlines={inline.children} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Inlines inlines={inline.children} />
        </em>
      );
    case 'link':
      return (
        <>
          <a href={inline.address} target="_blank" rel="noreferrer noopener" title={inline.address}>
            <Inlines inlines={inline.children} />
            <span className="unseen">{words.opensNewTab}</span>
          </a>
          {inline.host === undefined ? null : <span className="quiet link-host"> ({inline.host})</span>}
        </>
      );
  }
}
