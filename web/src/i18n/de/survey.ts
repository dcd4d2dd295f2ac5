import type en from "../en/survey";

const de: typeof en = {
  title: "Ihre Meinung",
  lead: "Es dauert zehn Sekunden und hilft uns, besser zu antworten.",
  stars: "Ihre Bewertung",
  star: { one: "{count} von {scale} Sternen", other: "{count} von {scale} Sternen" },
  worst: "Gar nicht",
  best: "Sehr",
  comment: "Was sollten wir wissen? (freiwillig)",
  send: "Absenden",
  change: "Geänderte Antwort absenden",
  before: "Sie haben schon geantwortet und können Ihre Antwort noch ändern.",
  thanks: "Vielen Dank!",
  thanksText: "Ihre Antwort ist angekommen. Sie können diese Seite schließen.",
  closed: "Diese Umfrage ist geschlossen",
  closedText: "Ihre Antwort liegt länger zurück und kann nicht mehr geändert werden. Vielen Dank dafür!",
  unknown: "Diese Umfrage gibt es nicht",
  unknownText: "Vielleicht ist der Link unvollständig. Öffnen Sie ihn noch einmal aus unserer Mail.",
  tooMany: "Zu viele Versuche. Bitte warten Sie eine Minute.",
};

export default de;
