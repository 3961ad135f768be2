/** Texts of signing in, of asking for an account, and of one-time links. */
export const signIn = {
  title: 'Sign in to Postern',
  email: 'E-mail address',
  password: 'Password',
  showPassword: 'Show what is typed',
  action: 'Sign in',
  or: 'or',
  with: (provider: string) => `Sign in with ${provider}`,
  newWindow: 'Opens a window of its own. This one notices when you are signed in.',
  wait: (seconds: number) =>
    seconds === 1 ? 'You can try again in 1 second.' : `You can try again in ${seconds} seconds.`,
  expired: 'Your session is over',
  expiredDetail: (email: string) =>
    `Sign in again as ${email}: this page and what you typed into it stay as they are.`,
  giveUp: 'Leave this page instead',
  signedIn: 'You are signed in',
  signedInDetail: 'Close this window and go on in the one that you came from.',
  signUp: {
    open: 'No account yet? Ask for one',
    title: 'Ask for an account',
    name: 'Your name',
    reason: 'Why do you need an account?',
    reasonHelp: 'For whoever decides.',
    action: 'Ask for an account',
    back: 'Back to signing in',
    done: 'Asked for an account',
    doneDetail: (email: string) =>
      `If ${email} has no account yet, it gets one. Where somebody has to agree first, they were told; sign in once they have let you in.`,
  },
  newPassword: {
    label: 'New password',
    rules: 'At least 12 characters. A few words that only you would put together do well.',
    short: (missing: number) =>
      missing === 1 ? '1 character is missing.' : `${missing} characters are missing.`,
    long: 'At most 256 bytes.',
  },
  /** Why signing in with a provider did not work out, by the code that it came back with. */
  failed: {
    title: 'You are not signed in',
    requestId: 'Request id',
    byCode: {
      'sign_in.failed': 'Signing in with the identity provider was not completed. Begin again.',
      'permission.missing':
        'The identity provider knows you, but you have no account here. Ask an administrator for an invitation.',
      'identity_provider.unavailable':
        'The identity provider could not be asked. Try again later, or sign in with a password; the log of Postern says why.',
      'sign_in.rate_exceeded': 'There were too many attempts. Wait a minute, then try again.',
      'resource.not_found': 'That sign-in is over. Begin again.',
    } as Record<string, string>,
    other: 'Signing in with the identity provider failed. Begin again.',
  },
  link: {
    title: 'Welcome to Postern',
    passwordTitle: 'Choose a new password',
    first: 'You become the administrator of this Postern, who may do everything.',
    invitedTo: (tenant: string) => `You are invited to the tenant ${tenant}`,
    invitedToPlatform: 'You are invited to the platform',
    as: (roles: string) => `as ${roles}.`,
    forWhom: 'This link is for',
    yourName: 'Your name',
    nameHelp: 'Shown to the people you work with. Can be left empty.',
    ownPassword: 'The password of your account',
    ownPasswordHelp: 'There is an account with this address already: show that it is yours.',
    noPassword: 'Without a password:',
    signedIn: 'You are signed in to this account.',
    accept: 'Go on',
    join: 'Accept the invitation',
    change: 'Change the password',
    bad: 'This link cannot be used',
    badDetail: 'It was used already, is too old, or was cut off when it was copied. Each link is good once.',
    badNext: 'What to do',
    badFirst: 'The first administrator: make another link on the machine that Postern runs on.',
    badInvited: 'Invited, or choosing a new password: ask whoever gave you the link for a new one.',
    badDone: 'Already done?',
    toSignIn: 'Go to signing in',
    adminLink: 'command that makes a link',
  },
};
