import type en from "../en/nav";

const de: typeof en = {
  adminAccess: "API-Zugänge",
  adminAudit: "Änderungsprotokoll",
  adminExports: "Exporte",
  adminHooks: "Ereignis-Hooks",
  adminJobs: "Aufgaben",
  adminMailboxes: "Postfächer und Kanäle",
  adminPeople: "Personen",
  adminRoles: "Rollen",
  adminSettings: "Einstellungen",
  adminTags: "Tags",
  adminTeams: "Teams",
  adminTemplates: "Vorlagen",
  qualityAppeals: "Einsprüche",
  qualityBacktests: "Probeläufe",
  qualityCalibration: "Kalibrierung",
  qualityFairness: "Fairness",
  qualityGolden: "Goldsätze",
  qualityMine: "Meine Qualität",
  qualityReview: "Prüfliste",
  qualitySampling: "Stichprobenpläne",
  qualityScorecards: "Bewertungsbögen",
  reportsAgreement: "Übereinstimmung",
  reportsReviewers: "Prüfende",
  reportsScores: "Bewertungen",
};

export default de;
