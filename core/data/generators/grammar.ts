import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { count, seed } from './fields';
import { defineGenerator } from './generator';
import { generatedText } from './sequence';

/** Singular and plural forms; verbs agree with the noun they belong to. */
const nouns = [['cat', 'cats'], ['dog', 'dogs'], ['bird', 'birds'], ['child', 'children'], ['robot', 'robots'], ['teacher', 'teachers']] as const;
const verbs = [['sees', 'see'], ['follows', 'follow'], ['likes', 'like'], ['hears', 'hear'], ['helps', 'help']] as const;
const alone = [['sleeps', 'sleep'], ['sings', 'sing'], ['waits', 'wait'], ['laughs', 'laugh']] as const;
const adjectives = ['small', 'old', 'quick', 'blue', 'happy'];
const places = ['in the garden', 'near the river', 'under the tree', 'at night'];

/**
 * A small context-free grammar of English sentences. A relative clause may stand between a noun and its verb ("the cats that the dog
 * sees sleep"), so that agreement reaches over many words.
 */
function sentence(draw: () => number, depth: number): string {
  const choose = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
  const nounPhrase = (level: number): { words: string; plural: 0 | 1 } => {
    const plural = draw() < 0.5 ? 0 : 1;
    const described = draw() < 0.35 ? `${choose(adjectives)} ` : '';
    let words = `the ${described}${choose(nouns)[plural]}`;
    if (level > 0 && draw() < 0.4) {
      if (draw() < 0.5) words += ` that ${choose(verbs)[plural]} ${nounPhrase(level - 1).words}`;
      else {
        const other = nounPhrase(level - 1);
        words += ` that ${other.words} ${choose(verbs)[other.plural]}`;
      }
    }
    return { words, plural };
  };
  const subject = nounPhrase(depth);
  const act = draw() < 0.4 ? choose(alone)[subject.plural] : `${choose(verbs)[subject.plural]} ${nounPhrase(depth - 1).words}`;
  return `${subject.words} ${act}${draw() < 0.3 ? ` ${choose(places)}` : ''}.`;
}

/** Sentences of a small grammar, a line each. */
export const grammar = defineGenerator({
  use: 'grammar',
  title: 'Small grammar',
  help: 'Lines of simple English from a known grammar, with agreement over relative clauses: text for a small language model.',
  schema: strictObject({
    count: count(2000),
    depth: z.int().min(0).max(4).default(1).describe('How deep relative clauses are nested.').meta({ label: 'Depth' }),
    seed,
  }),
  generate({ count: sentences, depth, seed: number }) {
    const lines = Array.from({ length: sentences }, (_, i) => {
      const draws = new Philox(number, 'grammar', i).uniforms(256);
      let at = 0;
      return sentence(() => draws[at++ % draws.length]!, depth);
    });
    return generatedText('grammar', `${lines.join('\n')}\n`);
  },
});
