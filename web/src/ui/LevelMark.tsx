import { useId } from 'react';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';
import './level.css';

/** The four reserved marks, worst first; a pack says which of its levels is drawn by which. */
export type Mark = 'filled' | 'three-quarter' | 'half' | 'outline';

/** Outlines in a 32 × 32 box. The fewer the corners, the less severe: octagon, hexagon, square, circle. */
const SHAPES: Record<Mark, string> = {
  filled: 'M10.4 2.5h11.2l7.9 7.9v11.2l-7.9 7.9H10.4l-7.9-7.9V10.4Z',
  'three-quarter': 'M16 2 28.6 9v14L16 30 3.4 23V9Z',
  half: 'M6 3.5h20A2.5 2.5 0 0 1 28.5 6v20a2.5 2.5 0 0 1-2.5 2.5H6A2.5 2.5 0 0 1 3.5 26V6A2.5 2.5 0 0 1 6 3.5Z',
  outline: 'M16 3a13 13 0 1 1 0 26 13 13 0 0 1 0-26Z',
};

/** From which height down the shape is filled; C keeps a clear plate for its letter. */
const FILL_FROM: Record<Mark, number> = { filled: 0, 'three-quarter': 9.2, half: 16, outline: 32 };

const BY_LETTER: Record<string, Mark> = { A: 'filled', B: 'three-quarter', C: 'half', D: 'outline' };
const COLOUR: Record<Mark, string> = { filled: 'a', 'three-quarter': 'b', half: 'c', outline: 'd' };

interface LevelMarkProps {
  /** The level's letter or digit; null while no level is proposed. */
  level: string | null;
  /** How the pack draws it; by default by its letter. */
  mark?: Mark;
  /** Edge in em of the surrounding text. */
  size?: 's' | 'm' | 'l';
  /** Proposed but not confirmed: a question mark at the corner, also said in words. */
  proposed?: boolean;
}

/**
 * An impact level: colour, outline, amount of fill and letter each say it alone, so it survives
 * colour-blind eyes, a black-and-white print and a photocopy. Proposed but not confirmed: a question mark at its corner.
 */
export function LevelMark({ level, mark, size = 'm', proposed = false }: LevelMarkProps) {
  const t = useText(commonText);
  const id = useId();
  if (level === null) {
    return (
      <svg
        className={`level level-${size} level-none`}
        viewBox="0 0 32 32"
        role="img"
        aria-label={t.level.none}
      >
        <path d={SHAPES.outline} />
        <path d="M11 16h10" />
      </svg>
    );
  }
  const drawn = mark ?? BY_LETTER[level] ?? 'outline';
  const from = FILL_FROM[drawn];
  const name = `${proposed ? `${t.level.proposed} ` : ''}${t.level.name(level)}`;
  return (
    <svg
      className={`level level-${size} level-${COLOUR[drawn]}`}
      viewBox="0 0 32 32"
      role="img"
      aria-label={name}
    >
      <defs>
        <clipPath id={`${id}f`}>
          <rect x="0" y={from} width="32" height={32 - from} />
        </clipPath>
      </defs>
      <path className="level-ground" d={SHAPES[drawn]} />
      <path className="level-fill" d={SHAPES[drawn]} clipPath={`url(#${id}f)`} />
      <path className="level-edge" d={SHAPES[drawn]} />
      {drawn === 'half' && <circle className="level-ground" cx="16" cy="15.800" r="9.300" />}
      <text className={`level-letter level-letter-${drawn}`} x="16" y={drawn === 'three-quarter' ? 24 : 21.9}>
        {level}
      </text>
      {proposed && (
        <g className="level-query">
          <circle cx="27.500" cy="5" r="6.500" />
          <text x="27.500" y="9">
            ?
          </text>
        </g>
      )}
    </svg>
  );
}

/** Mark and words together: "A 級", in English "Level A". */
export function LevelName({ level, mark, proposed }: Omit<LevelMarkProps, 'size'>) {
  const t = useText(commonText);
  return (
    <span className="level-name">
      <LevelMark level={level} {...(mark ? { mark } : {})} size="s" proposed={proposed ?? false} />
      <span aria-hidden="true">
        {proposed && level ? `${t.level.proposed} ` : ''}
        {level ? t.level.name(level) : t.level.none}
      </span>
    </span>
  );
}
