import { Badge, Button, Group, Loader, Paper, RingProgress, Stack, Text, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight, IconCircleCheck, IconQuote, IconTargetArrow } from "@tabler/icons-react";
import { useI18n } from "@/i18n";
import { scoreColor } from "@/pages/quality/parts";
import classes from "./Ticket.module.css";
import type { Checked, Coach as State, Criterion, Turn } from "./useCoach";

interface Props {
  coach: State;
  /** Select these characters of the reply. */
  onShow: (quote: string) => void;
}

/** What the scorecards say of the reply that is being written; nothing while no scorecard applies. */
export function Coach({ coach, onShow }: Props) {
  const { t } = useI18n();
  if (coach.scorecards.length === 0 && coach.state !== "failed") return null;
  return (
    <section aria-label={t("coach.title")} className={classes.coach}>
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Group gap={6} wrap="nowrap">
          <IconTargetArrow size={16} aria-hidden />
          <Title order={2} size="h6">{t("coach.title")}</Title>
        </Group>
        <span role="status" className={classes.coachState}>
          {coach.state === "checking" && <Group gap={6} c="dimmed"><Loader size={12} /><Text size="xs">{t("coach.checking")}</Text></Group>}
        </span>
      </Group>
      {coach.state === "failed" && (
        <Text size="sm" c="dimmed" mb="xs">
          {t("coach.failed")} <Button size="compact-xs" variant="subtle" onClick={coach.again}>{t("coach.again")}</Button>
        </Text>
      )}
      <Stack gap="sm">
        {coach.scorecards.map((one) => <Card key={one.scorecardId} scorecard={one} turns={coach.turns} onShow={onShow} />)}
      </Stack>
    </section>
  );
}

function Card({ scorecard, turns, onShow }: { scorecard: Checked; turns: State["turns"]; onShow: Props["onShow"] }) {
  const { t, format } = useI18n();
  const criteria = scorecard.categories.flatMap((category) => category.criteria);
  const scored = criteria.filter(({ score }) => score !== null);
  const lacking = scored.filter(({ score, maxPoints }) => (score ?? 0) < maxPoints).toSorted((one, other) => weight(other) - weight(one));
  const met = scored.length - lacking.length;
  const open = criteria.filter(({ state }) => state === "needsHuman").length;
  const left = criteria.filter(({ state }) => state === "notApplicable").length;
  const { percentage } = scorecard;
  return (
    <Paper withBorder p="sm" radius="md">
      <Group gap="sm" wrap="nowrap">
        <RingProgress size={46} thickness={5} roundCaps sections={[{ value: percentage ?? 0, color: scoreColor(percentage) }]}
          aria-hidden label={<Text size="10px" ta="center" fw={700}>{percentage === null ? "–" : Math.round(percentage)}</Text>} />
        <div style={{ minWidth: 0 }}>
          <Text size="sm" fw={600} truncate>{scorecard.name}</Text>
          <Text size="xs" c={scorecard.passed ? "teal" : "dimmed"}>
            {percentage === null ? t("coach.nothing")
              : scorecard.passed ? `${format.percent(percentage, 1)} · ${t("coach.passed")}`
              : `${format.percent(percentage, 1)} · ${t("coach.below", { threshold: format.percent(scorecard.threshold) })}`}
          </Text>
        </div>
      </Group>
      {lacking.length > 0 && (
        <>
          <Text size="xs" fw={600} mt="sm">{t("coach.improve", { count: lacking.length })}</Text>
          <Stack gap={8} mt={6} component="ul" className={classes.coachList}>
            {lacking.map((one) => (
              <Hint key={one.criterionId} criterion={one} turn={turns[`${scorecard.scorecardId}.${one.criterionId}`]} onShow={onShow} />
            ))}
          </Stack>
        </>
      )}
      <Stack gap={2} mt="xs">
        {met > 0 && (
          <Group gap={4} wrap="nowrap" c="teal">
            <IconCircleCheck size={14} aria-hidden /><Text size="xs">{t("coach.met", { count: met })}</Text>
            {scored.some((one) => one.score === one.maxPoints && turns[`${scorecard.scorecardId}.${one.criterionId}`] === "better") && <TurnMark turn="better" />}
          </Group>
        )}
        {open > 0 && <Text size="xs" c="dimmed">{t("coach.open", { count: open })}</Text>}
        {left > 0 && <Text size="xs" c="dimmed">{t("coach.notApplicable", { count: left })}</Text>}
      </Stack>
    </Paper>
  );
}

function Hint({ criterion, turn, onShow }: { criterion: Criterion; turn: Turn | undefined; onShow: Props["onShow"] }) {
  const { t, format } = useI18n();
  const quote = criterion.evidence.find(({ conversationId }) => conversationId === null)?.quote;
  const fatal = criterion.makeOrBreakForAssessment || criterion.makeOrBreakForCategory;
  return (
    <li>
      <Group gap={6} wrap="nowrap" align="baseline">
        <Text size="sm" fw={500} style={{ flex: 1 }}>{criterion.label}</Text>
        {turn && <TurnMark turn={turn} />}
        <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }} aria-label={t("coach.points", { score: format.number(criterion.score ?? 0), max: format.number(criterion.maxPoints) })}>
          {format.number(criterion.score ?? 0)}/{format.number(criterion.maxPoints)}
        </Text>
      </Group>
      {fatal && criterion.score === 0 && (
        <Tooltip label={t("coach.knockOutText")}><Badge size="xs" color="red" variant="light" tt="none">{t("coach.knockOut")}</Badge></Tooltip>
      )}
      {criterion.reason && <Text size="xs" c="dimmed">{criterion.reason}</Text>}
      {quote && (
        <UnstyledButton className={classes.coachQuote} onClick={() => onShow(quote)} aria-label={`${t("coach.show")}: ${quote}`}>
          <IconQuote size={12} aria-hidden /> <span>{quote}</span>
        </UnstyledButton>
      )}
    </li>
  );
}

function TurnMark({ turn }: { turn: Turn }) {
  const { t } = useI18n();
  const Icon = turn === "better" ? IconArrowUpRight : IconArrowDownRight;
  return (
    <Tooltip label={t(`coach.${turn}`)}>
      <Icon size={14} role="img" aria-label={t(`coach.${turn}`)} color={turn === "better" ? "var(--mantine-color-teal-6)" : "var(--mantine-color-red-6)"} />
    </Tooltip>
  );
}

/** Knock-outs first, then what loses most points. */
function weight({ score, maxPoints, makeOrBreakForAssessment, makeOrBreakForCategory }: Criterion): number {
  const fatal = score === 0 ? (makeOrBreakForAssessment ? 2e6 : makeOrBreakForCategory ? 1e6 : 0) : 0;
  return fatal + maxPoints - (score ?? 0);
}
