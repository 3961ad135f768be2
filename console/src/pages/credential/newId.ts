/** Digits and letters of ids, but those that are mistaken for others: i, l, o and u. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new id: what it begins with, and so many letters that nobody has met. */
export function newId(begin: string, length: number): string {
  const random = crypto.getRandomValues(new Uint8Array(length));
  return begin + [...random].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** The id of a new credential that has no secret here: those of keys are made with the key. */
export function newCredentialId(): string {
  return newId('key_', 16);
}
