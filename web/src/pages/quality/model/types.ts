import type { components } from "../../../api/schema";

type Schemas = components["schemas"];

export type Assessment = Schemas["AssessmentSingle"];
export type AssessmentSummary = Schemas["AssessmentSummary"];
export type AssessmentUpdate = Schemas["AssessmentUpdate"];
export type AssessmentState = AssessmentSummary["state"];
export type Totals = Schemas["TotalsRead"];
export type ScoredCategory = Assessment["data"]["categories"][number];
export type ScoredCriterion = ScoredCategory["criteria"][number];
export type CriterionUpdate = Schemas["CriterionUpdate"];
export type Evidence = Schemas["EvidenceRead"];
export type OverrideReason = Schemas["OverrideReason"];
export type HistoryEntry = Schemas["EditRead"];
export type Message = Schemas["ConversationRead"];
export type Worklog = Schemas["WorklogDetailRead"];
export type ToolCall = Schemas["ToolCallRead"];
export type Scorecard = Schemas["ScorecardRead"];
export type ScorecardSummary = Schemas["ScorecardSummary"];
export type ScorecardWithRevisions = Schemas["ScorecardWithRevisions"];
export type ScorecardState = Scorecard["state"];
export type Category = Scorecard["categories"][number];
export type Criterion = Category["criteria"][number];
export type ScoringType = Criterion["scoringType"];
