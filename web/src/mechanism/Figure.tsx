import { useId } from 'react';
import type { Figure as Drawing, FigureNode } from '../../../src/mechanism/figures.ts';
import { EM, LINE } from '../../../src/mechanism/figures.ts';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { mechanismText } from './texts.ts';

/**
 * A chart of the pack as SVG, with the same content as text below it. On a narrow screen it shrinks to the width;
 * whoever cannot read it so small opens the text.
 */
export function Figure({ drawing, title, note }: { drawing: Drawing; title: string; note?: string }) {
  const t = useText(mechanismText);
  const pick = usePick();
  const { lang } = useLang();
  const id = useId();
  const arrow = `${id}arrow`;
  const lines = (node: FigureNode): string[] => node.lines[lang === 'en' ? 'en' : 'zh'];
  const leads = (from: string): string =>
    drawing.edges
      .filter((edge) => edge.from === from)
      .map((edge) => drawing.nodes.find((node) => node.id === edge.to))
      .map((node) => (node ? (lines(node)[0] ?? '') : ''))
      .join('、');
  return (
    <figure className="figure-chart">
      <svg viewBox={`0 0 ${drawing.width} ${drawing.height}`} role="img" aria-describedby={`${id}text`}>
        <title>{title}</title>
        <defs>
          <marker
            id={arrow}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8Z" className="chart-arrow" />
          </marker>
        </defs>
        {drawing.edges.map((edge) => (
          <polyline
            key={`${edge.from}-${edge.to}`}
            className="chart-line"
            points={edge.points.map((point) => point.join(',')).join(' ')}
            markerEnd={`url(#${arrow})`}
          />
        ))}
        {drawing.nodes.map((node) => (
          <g
            key={node.id}
            className={`chart-node chart-${node.kind}${node.trust ? ` chart-${node.trust}` : ''}`}
          >
            <rect x={node.x} y={node.y} width={node.w} height={node.h} rx="4" />
            {lines(node).map((line, at) => (
              <text
                // biome-ignore lint/suspicious/noArrayIndexKey: lines of one label
                key={at}
                x={node.x + node.w / 2}
                y={node.y + node.h / 2 + (at - (lines(node).length - 1) / 2) * LINE + EM * 0.36}
              >
                {line}
              </text>
            ))}
          </g>
        ))}
      </svg>
      <figcaption>
        <strong>{title}</strong> <span className="muted">{note}</span>
      </figcaption>
      <details className="figure-text" id={`${id}text`}>
        <summary>{t.figure.asText}</summary>
        <ul>
          {drawing.nodes.map((node) => (
            <li key={node.id}>
              {pick(node.label)}
              {node.trust && <span className="muted small">　{t.figure.trust[node.trust]}</span>}
              {leads(node.id) && <span className="muted small">　{t.figure.leads(leads(node.id))}</span>}
            </li>
          ))}
        </ul>
      </details>
    </figure>
  );
}
