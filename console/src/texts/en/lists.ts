/** Texts of the room `lists`. */
export const lists = {
  title: 'Lists',
};
