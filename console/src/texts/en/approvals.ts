/** Texts of the room `approvals`. */
export const approvals = {
  title: 'Approvals',
};
