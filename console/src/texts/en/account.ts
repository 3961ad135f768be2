/** Texts of the room `account`. */
export const account = {
  title: 'Account',
};
