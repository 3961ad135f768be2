/** Texts of the room `can`. */
export const can = {
  title: 'Can',
};
