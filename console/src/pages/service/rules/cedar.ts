import { texts } from '../../../texts';

const words = texts.rules.cedar;

/** A place in a text, as people count. */
export interface Place {
  line: number;
  column: number;
}

const PAIRS: Record<string, string> = { ')': '(', '}': '{', ']': '[' };

function placeIn(text: string, at: number): Place {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The text with comments, and what stands in quotes, blanked out: places stay as they are. */
function bare(text: string): string {
  return text.replace(/\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, (found) => found.replace(/[^\n]/g, ' '));
}

/** What is plainly wrong with statements: a bracket or a quote without its other half, or no `;` at the end. */
export function plainFault(text: string): { text: string; place: Place } | undefined {
  const plain = bare(text);
  const fault = (what: string, at: number) => {
    const place = placeIn(plain, at);
    return { text: `${words.at(place)}: ${what}`, place };
  };
  const open: Array<{ bracket: string; at: number }> = [];
  for (let at = 0; at < plain.length; at++) {
    const character = plain.charAt(at);
    if (character === '"') return fault(words.quote, at);
    if (Object.values(PAIRS).includes(character)) open.push({ bracket: character, at });
    if (!(character in PAIRS)) continue;
    if (open.pop()?.bracket !== PAIRS[character]) return fault(words.bracket(character), at);
  }
  const left = open.at(-1);
  if (left) return fault(words.bracket(left.bracket), left.at);
  const end = plain.trimEnd();
  return end && !end.endsWith(';') ? fault(words.semicolon, end.length) : undefined;
}
