/** Texts of searching everywhere. */
export const search = {
  placeholder: 'Search: a request id, a curl command, an address, a key …',
};
