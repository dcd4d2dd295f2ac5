import type en from "../en/coach";

const de: typeof en = {
  title: "Qualitäts-Coach",
  checking: "Wird geprüft …",
  before: "Prüft Ihre Antwort beim Schreiben anhand der Bewertungsbögen.",
  failed: "Ihre Antwort konnte gerade nicht geprüft werden. Senden können Sie sie trotzdem.",
  again: "Erneut prüfen",
  passed: "Bereit zum Senden",
  below: "Unter den {threshold}, die dieser Bogen verlangt",
  nothing: "Nichts davon lässt sich vor dem Senden beurteilen.",
  improve: { one: "{count} Punkt lässt sich verbessern", other: "{count} Punkte lassen sich verbessern" },
  better: "besser als zuvor",
  worse: "schlechter als zuvor",
  knockOut: "K.-o.-Kriterium",
  knockOutText: "Ohne diese Punkte zählen auch alle anderen nicht.",
  show: "In der Antwort zeigen",
  open: { one: "{count} Kriterium entscheidet ein Mensch.", other: "{count} Kriterien entscheidet ein Mensch." },
  met: { one: "{count} Kriterium ist erfüllt.", other: "{count} Kriterien sind erfüllt." },
  notApplicable: { one: "{count} trifft hier nicht zu.", other: "{count} treffen hier nicht zu." },
  points: "{score} von {max} Punkten",
};

export default de;
