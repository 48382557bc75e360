/** The words of the account that mail to customers goes out by. */
export const mailStrings = {
  title: 'E-mail to customers',
  help: 'Customers with an e-mail address get an invitation that every calendar reads, news of changes, and a reminder.',
  none: 'No e-mail is sent',
  noneHelp: 'Set up the address that your customers know, and its mail server.',
  add: 'Set up e-mail',
  readOnly: 'Whoever runs this business can set up e-mail.',

  row: {
    about: (host: string, port: number) => `sends by ${host}:${port}`,
    change: 'Change',
    changeOf: (address: string) => `Change ${address}`,
    remove: (address: string) => `Stop sending from ${address}`,
    try: 'Send a test e-mail',
    trying: 'Sending…',
    tried: (to: string) => `The server has taken a test e-mail to ${to}.`,
    failed: (recipient: string, reason: string) => `Not delivered to ${recipient || 'a customer'}: ${reason}`,
    removeAsk: (address: string) =>
      `Stop sending from ${address}? The account and its password are forgotten, and customers get no e-mail any more.`,
    removeYes: 'Stop sending',
    removeNo: 'Keep it',
  },

  form: {
    from: 'Sender',
    fromHelp: 'Customers see it, and answer to it.',
    host: 'Mail server',
    hostHelp: 'For outgoing mail (SMTP), for example smtp.example.com',
    security: 'Security',
    securities: { tls: 'TLS', starttls: 'STARTTLS', none: 'None' },
    port: 'Port',
    user: 'User',
    userHelp: 'Mostly the address itself. Empty where the server asks for none.',
    password: 'Password',
    passwordHelp: 'Kept encrypted in this box, and never shown again.',
    passwordKept: 'Stays as it is unless you type another one.',
    private: 'It is in my own network',
    save: 'Save',
    saving: 'Saving…',
    cancel: 'Cancel',
    wrong: {
      from: 'Write an e-mail address.',
      host: 'Write the name of the server.',
      port: 'A number from 1 to 65535.',
    },
  },
} as const;
