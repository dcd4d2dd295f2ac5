export default {
  title: "Sign in",
  lead: "Every piece of work, fairly assessed.",
  email: "E-mail address",
  password: "Password",
  remember: "Stay signed in on this device",
  submit: "Sign in",
  wrong: "E-mail address or password is wrong.",
  tooMany: "Too many attempts. Try again in a few minutes.",
  demoTitle: "Demonstration company",
  demo: "This command, in the folder where you started the demonstration, lists the people and their passwords:",
  noAccount: "No account yet, or password lost? Ask the administrator of your desk.",
};
