/** Texts of the room `refusals`. */
export const refusals = {
  title: 'Refusals',
};
