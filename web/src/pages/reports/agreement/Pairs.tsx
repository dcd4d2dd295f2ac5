import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useI18n, type I18n } from "@/i18n";
import type { Trail } from "@/pages/quality/queue";
import { pairsQuery, type AgreementAsked, type PairRead } from "../data";
import { BehindDrawer } from "../parts";
import type { Place } from "../place";
import classes from "../reports.module.css";
import { answerLabel } from "./reading";

/** The answers behind the figure that the address names: `open` (pair or abstention), `key`, `human`, `ai`. */
export function Pairs({ asked, place, nameOf }: { asked: AgreementAsked; place: Place; nameOf: (key: string) => string }) {
  const i18n = useI18n();
  const { t } = i18n;
  const open = place.get("open");
  const kind = open === "abstention" ? "abstention" : "pair";
  const [key, human, ai] = [place.get("key"), place.get("human"), place.get("ai")];
  const label = (text: string) => answerLabel(/^-?[\d.]+$/.test(text) ? Number(text) : text, i18n);
  const parts = [
    t(kind === "pair" ? "reports.agreement.pairs" : "reports.agreement.pairsLeft"),
    ...(human !== null ? [`${t("reports.agreement.pairHuman")}: ${label(human)}`] : []),
    ...(ai !== null ? [`${t("reports.agreement.pairAi")}: ${label(ai)}`] : []),
  ];
  return (
    <BehindDrawer<PairRead>
      opened={open !== null} onClose={() => place.set({ open: null, key: null, human: null, ai: null })}
      title={key === null ? t("reports.agreement.all") : nameOf(keyValue(key))} subtitle={parts.join(" · ")} empty={t("reports.agreement.pairsEmpty")}
      useRows={(limit) => {
        const part = { kind, ...(key === null ? {} : { key: keyValue(key) }), ...(human === null ? {} : { human }), ...(ai === null ? {} : { ai }) } as const;
        const { data, ...rest } = useQuery(pairsQuery(asked, part, limit, 0));
        return { ...rest, data: data && { rows: data.pairs, total: data.total } };
      }}
      row={(pair, index) => <Row key={index} pair={pair} back={place.path} />}
    />
  );
}

/** In the address `-` stands for the group without a name, because what is empty is left out of it. */
const keyValue = (key: string): string => (key === "-" ? "" : key);

function answerOf(answer: PairRead["ai"], pair: PairRead, missing: string, { t, format }: I18n): string {
  if (answer === null) return missing;
  if (!answer.applicable) return t("reports.agreement.answer.notApplicable");
  if (answer.score === null) return missing;
  if (pair.scoringType === "metNotMet") return t(`reports.agreement.answer.${answer.score > 0 ? "met" : "notMet"}`);
  return t("reports.agreement.points", { score: format.number(answer.score, 2), max: format.number(pair.maxPoints, 2) });
}

function Row({ pair, back }: { pair: PairRead; back: string }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const ticket = pair.ticketId === null ? "" : t("quality.queue.ticket", { id: String(pair.ticketId) });
  const content = (
    <>
      <Text size="sm" fw={600}>{pair.label}</Text>
      <Text size="xs" c="dimmed">{pair.date === null ? "" : format.date(pair.date)}</Text>
      <Group gap="md" style={{ gridColumn: "1 / -1" }}>
        <Text size="sm"><Text span size="sm" c="dimmed">{t("reports.agreement.pairHuman")}:</Text> {answerOf(pair.human, pair, t("reports.agreement.answer.noAnswer"), i18n)}{!pair.explicit && pair.human ? ` (${t("reports.agreement.untouched")})` : ""}</Text>
        <Text size="sm"><Text span size="sm" c="dimmed">{t("reports.agreement.pairAi")}:</Text> {answerOf(pair.ai, pair, t("reports.agreement.answer.abstained"), i18n)}</Text>
      </Group>
      <Text size="xs" c="dimmed" style={{ gridColumn: "1 / -1" }}>{[ticket, pair.reviewer?.name, pair.model].filter(Boolean).join(" · ")}</Text>
    </>
  );
  const trail: Trail | undefined = pair.assessmentId === null ? undefined : { ids: [pair.assessmentId], back };
  const to = pair.assessmentId !== null ? `/quality/assessment/${pair.assessmentId}` : pair.ticketId !== null ? `/ticket/${pair.ticketId}` : null;
  if (to === null) return <div className={classes.behind}>{content}</div>;
  return (
    <Link className={classes.behind} to={to} state={trail}>
      {content}
    </Link>
  );
}
