/** Texts of the room `refusals`. */
export const refusals = {
  title: 'Refusals',
  /** How a request ended. */
  outcomes: {
    allowed: 'allowed',
    refused: 'refused by Postern',
    origin_refused: 'refused by the upstream',
    cancelled: 'caller left',
    own: 'answered by Postern itself',
  },
};
