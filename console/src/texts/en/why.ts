/** Texts of the room `why`. */
export const why = {
  title: 'Why',
};
