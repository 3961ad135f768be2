import { en } from './en';

/** Every text of the console. Another language is another value of this type. */
export type Texts = typeof en;

/** The texts, in the language of the console. */
export const texts: Texts = en;
