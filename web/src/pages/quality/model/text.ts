/**
 * Evidence in messages. The server counts Unicode code points, JavaScript strings count UTF-16 units: an emoji is one
 * there and two here, so every offset is converted at this border.
 */

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** UTF-16 index of the code point at `point`; the length of the text when it lies behind the end. */
export function indexOfPoint(text: string, point: number): number {
  let index = 0;
  for (let seen = 0; seen < point && index < text.length; seen += 1) {
    index += isHighSurrogate(text.charCodeAt(index)) && index + 1 < text.length ? 2 : 1;
  }
  return index;
}

/** Number of code points before the UTF-16 index. */
export function pointOfIndex(text: string, index: number): number {
  let point = 0;
  for (let at = 0; at < index && at < text.length; point += 1) {
    at += isHighSurrogate(text.charCodeAt(at)) && at + 1 < text.length ? 2 : 1;
  }
  return point;
}

export interface Mark {
  criterionId: number;
  /** Code points of the message's plain text; end is exclusive. */
  start: number;
  end: number;
}

export interface Piece {
  text: string;
  /** UTF-16 index of the piece in the text. */
  from: number;
  criterionIds: number[];
}

/** Cut a text at the borders of its marks, so that each piece has one set of criteria; marks may overlap. */
export function cutAtMarks(text: string, marks: readonly Mark[]): Piece[] {
  const ranges = marks
    .map((mark) => ({
      criterionId: mark.criterionId,
      from: indexOfPoint(text, mark.start),
      to: indexOfPoint(text, mark.end),
    }))
    .filter((range) => range.to > range.from);
  const borders = [...new Set([0, text.length, ...ranges.flatMap((range) => [range.from, range.to])])].sort(
    (a, b) => a - b,
  );
  const pieces: Piece[] = [];
  for (let position = 0; position + 1 < borders.length; position += 1) {
    const from = borders[position] ?? 0;
    const to = borders[position + 1] ?? text.length;
    const ids = ranges.filter((range) => range.from <= from && range.to >= to).map((range) => range.criterionId);
    pieces.push({ text: text.slice(from, to), from, criterionIds: [...new Set(ids)] });
  }
  return pieces;
}

export interface Passage {
  conversationId: number;
  quote: string;
  start: number;
  end: number;
}

/** A passage without the white space around it; null when nothing else is left. */
export function passageOf(conversationId: number, text: string, from: number, to: number): Passage | null {
  let begin = Math.max(0, from);
  let finish = Math.min(text.length, to);
  while (begin < finish && /\s/u.test(text.charAt(begin))) begin += 1;
  while (finish > begin && /\s/u.test(text.charAt(finish - 1))) finish -= 1;
  if (begin >= finish) return null;
  return {
    conversationId,
    quote: text.slice(begin, finish),
    start: pointOfIndex(text, begin),
    end: pointOfIndex(text, finish),
  };
}

/** The sentences of a message, each within one line, for choosing evidence without a mouse. */
export function sentencesOf(conversationId: number, text: string, language: string): Passage[] {
  const segmenter = new Intl.Segmenter(language, { granularity: "sentence" });
  const sentences: Passage[] = [];
  let lineStart = 0;
  for (const line of text.split("\n")) {
    for (const part of segmenter.segment(line)) {
      const from = lineStart + part.index;
      const passage = passageOf(conversationId, text, from, from + part.segment.length);
      if (passage) sentences.push(passage);
    }
    lineStart += line.length + 1;
  }
  return sentences;
}

export const samePassage = (a: Passage, b: Passage): boolean =>
  a.conversationId === b.conversationId && a.start === b.start && a.end === b.end;

export const overlaps = (a: Passage, b: Passage): boolean =>
  a.conversationId === b.conversationId && a.start < b.end && b.start < a.end;
