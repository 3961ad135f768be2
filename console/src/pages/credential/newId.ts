/** Digits and letters of ids, but those that are mistaken for others: i, l, o and u. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** Letters of the id of a credential, behind `key_`. */
const LENGTH = 16;

/** The id of a new credential that has no secret here: those of keys are made with the key. */
export function newCredentialId(): string {
  const random = crypto.getRandomValues(new Uint8Array(LENGTH));
  return `key_${[...random].map((byte) => LETTERS[byte % LETTERS.length]).join('')}`;
}
