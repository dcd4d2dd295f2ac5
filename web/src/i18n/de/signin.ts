import type en from "../en/signin";

const de: typeof en = {
  title: "Anmelden",
  lead: "Jede Arbeit, gerecht bewertet.",
  email: "E-Mail-Adresse",
  password: "Passwort",
  remember: "Auf diesem Gerät angemeldet bleiben",
  submit: "Anmelden",
  wrong: "E-Mail-Adresse oder Passwort ist falsch.",
  tooMany: "Zu viele Versuche. Versuchen Sie es in einigen Minuten erneut.",
  demoTitle: "Demonstrationsfirma",
  demo: "Dieser Befehl, in dem Ordner, in dem Sie die Demonstration gestartet haben, nennt die Personen und ihre Passwörter:",
  noAccount: "Noch kein Konto oder Passwort verloren? Fragen Sie die Administration Ihres Desks.",
};
export default de;
