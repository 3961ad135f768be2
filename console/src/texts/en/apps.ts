/** Texts of the room `apps`. */
export const apps = {
  title: 'Apps',
};
