import type { I18n } from "@/i18n";
import type { AgreementGroup } from "../data";

const KAPPA_WORDS = [
  [0.0, "none"],
  [0.2, "slight"],
  [0.4, "fair"],
  [0.6, "moderate"],
  [0.8, "good"],
] as const;

function kappaWord(value: number) {
  return KAPPA_WORDS.find(([upTo]) => value <= upTo)?.[1] ?? "veryGood";
}

/** The figures of a group as sentences for people who never heard of kappa. */
export function readingOf(group: AgreementGroup, { t, format }: Pick<I18n, "t" | "format">): string[] {
  const of100 = (value: number) => format.number(Math.round(100 * value));
  const given = { count: group.given, share: format.percent(100 * (group.coverage ?? 0)) };
  if (group.n === 0 || group.exactAgreement === null) {
    const left = group.given > 0 && group.abstentions === group.given;
    return [
      t("reports.agreement.nothing"),
      ...(left ? [t("reports.agreement.nothingAbstained", { count: group.abstentions })] : group.given > 0 ? [t("reports.agreement.coverage", given)] : []),
    ];
  }
  const found = [t("reports.agreement.same", { share: of100(group.exactAgreement), count: group.n })];
  const exact = group.ci95.exactAgreement;
  if (exact) found.push(t("reports.agreement.sameRange", { low: of100(exact[0]!), high: of100(exact[1]!) }));
  const { constant } = group.baselines;
  if (constant.exactAgreement !== null && constant.gain !== null) {
    found.push(t("reports.agreement.constant", { share: of100(constant.exactAgreement) }));
    const gain = constant.ci95.gain;
    if (constant.gain <= 0) found.push(t("reports.agreement.gainNone"));
    else if (gain && gain[0]! > 0) found.push(t("reports.agreement.gainSure", { gain: of100(constant.gain) }));
    else if (gain) found.push(t("reports.agreement.gainUnsure", { low: of100(gain[0]!), high: of100(gain[1]!) }));
  }
  if (group.cohenKappa === null) {
    found.push(t("reports.agreement.kappaNone"));
  } else {
    const range = group.ci95.cohenKappa;
    const two = (value: number) => format.number(value, 2);
    const value = range ? `${two(group.cohenKappa)}; ${t("reports.interval.text", { low: two(range[0]!), high: two(range[1]!) })}` : two(group.cohenKappa);
    found.push(t("reports.agreement.kappa", { word: t(`reports.agreement.kappaWord.${kappaWord(group.cohenKappa)}`), value }));
  }
  const ceiling = group.humanCeiling;
  if (ceiling && ceiling.krippendorffAlpha !== null) {
    found.push(t("reports.agreement.ceiling", { value: format.number(ceiling.krippendorffAlpha, 2), count: ceiling.n }));
  }
  if (group.warnings.includes("fewPairs")) found.push(t("reports.agreement.few"));
  if (group.given > 0) found.push(t("reports.agreement.coverage", given));
  return found;
}

/** A label of the confusion matrix in words. */
export function answerLabel(label: string | number, { t, format }: Pick<I18n, "t" | "format">): string {
  if (label === "met" || label === "notMet" || label === "notApplicable") return t(`reports.agreement.answer.${label}`);
  return typeof label === "number" ? format.number(label, 2) : label.replace(/^(\d+)-(\d+)%$/, "$1–$2 %");
}
