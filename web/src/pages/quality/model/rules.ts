/** The rule types and their parameters, as the scorecard guide documents them; the server checks the values. */

export type RuleParameter =
  | { name: string; kind: "text"; required: boolean }
  | { name: string; kind: "texts"; required: true }
  | { name: string; kind: "number"; required: boolean; min: number; max: number }
  | { name: string; kind: "choice"; required: false; values: readonly string[] }
  | { name: string; kind: "flag"; required: false };

const texts = (name: string): RuleParameter => ({ name, kind: "texts", required: true });
const text = (name: string, required = true): RuleParameter => ({ name, kind: "text", required });
const number = (name: string, min: number, max: number, required = true): RuleParameter => ({
  name,
  kind: "number",
  required,
  min,
  max,
});
const choice = (name: string, ...values: string[]): RuleParameter => ({ name, kind: "choice", required: false, values });

export const RULES = {
  containsAny: [texts("texts")],
  containsAll: [texts("texts")],
  containsNone: [texts("texts")],
  greeting: [choice("where", "firstReply", "everyReply"), { name: "newContactOnly", kind: "flag", required: false }],
  closing: [choice("where", "lastReply", "everyReply")],
  furtherHelpOffered: [],
  personalSalutation: [],
  languageMatchesCustomer: [],
  noPlaceholders: [],
  noPaymentData: [],
  noSecretsRequested: [],
  replyLength: [number("minWords", 0, 100_000, false), number("maxWords", 1, 100_000, false)],
  sentenceLength: [number("words", 1, 1000)],
  promisedAttachmentSent: [],
  slaMet: [],
  durationAtMost: [number("seconds", 0, 31_536_000)],
  replyWithin: [number("seconds", 1, 31_536_000)],
  actionTaken: [text("action")],
  toolCalled: [text("name"), text("before", false)],
  toolNotCalled: [texts("names")],
  toolsInOrder: [texts("names"), text("when", false)],
  confirmationBeforeTool: [texts("names")],
  oneToolCallAtATime: [],
} as const satisfies Record<string, readonly RuleParameter[]>;

export type RuleName = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as RuleName[];

export const isRuleName = (name: unknown): name is RuleName => typeof name === "string" && name in RULES;

export const parametersOf = (name: RuleName): readonly RuleParameter[] => RULES[name];
