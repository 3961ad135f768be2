/** Texts of signing in. */
export const signIn = {
  title: 'Sign in to Postern',
  email: 'E-mail address',
  password: 'Password',
  action: 'Sign in',
  or: 'or',
  with: (provider: string) => `Sign in with ${provider}`,
  expired: 'Your session is over',
  expiredDetail: 'Sign in again: this page and what you typed into it stay as they are.',
};
