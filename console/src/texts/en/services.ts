/** Texts of the room `services`. */
export const services = {
  title: 'Services',
};
