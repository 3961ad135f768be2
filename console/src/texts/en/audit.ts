/** Texts of the room `audit`. */
export const audit = {
  title: 'Audit',
};
