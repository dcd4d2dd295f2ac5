import { Button, Collapse, Group, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconCheck, IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { useSession } from "@/app/auth";
import { useI18n } from "@/i18n";
import { useKept } from "../kept";
import type { Assessment, Criterion } from "../model/types";
import classes from "../quality.module.css";
import { AppealDialog } from "./AppealDialog";
import { acknowledge, appealsOfQuery, isWaiting, moveAppeal, obstacleText, refusalText, useAppealChanged } from "./data";
import { AppealBadge, AppealText, criteriaOf, EvidenceLink } from "./parts";

interface Props {
  assessment: Assessment;
  definitions: ReadonlyMap<number, Criterion>;
  nameOf: (id: number | null) => string;
  onCriterion: (id: number) => void;
}

/** What the assessed person does with a finished assessment: say that it was read, and appeal. */
export function OwnPart({ assessment, definitions, nameOf, onCriterion }: Props) {
  const { t, format } = useI18n();
  const { can } = useSession();
  const changed = useAppealChanged();
  const [asking, setAsking] = useState(false);
  const [sure, setSure] = useState(false);
  const found = useQuery(appealsOfQuery(assessment.id));
  const withdraw = useMutation({
    mutationFn: (id: number) => moveAppeal(id, "withdrawn"),
    onSuccess: () => {
      setSure(false);
      changed(assessment.id);
      notifications.show({ message: t("appeals.withdrawn") });
    },
    onError: (error) => {
      notifications.show({ color: "red", title: t("common.errorTitle"), message: refusalText(error, t, format) });
      changed(assessment.id);
    },
  });
  const appeals = found.data?.appeals ?? [];
  const chance = found.data?.chance ?? null;
  const obstacle = chance && obstacleText(chance, t, format);
  const waiting = appeals.find((appeal) => isWaiting(appeal.state));
  return (
    <section className={classes.panel} style={{ margin: "12px 16px 4px" }} aria-label={t("appeals.ownTitle")}>
      <Acknowledgement assessment={assessment} />
      {can("qualityAppealAssessment") && (
        <Stack gap="sm" mt="md">
          {appeals.map((appeal) => (
            <div key={appeal.id} className={classes.appeal}>
              <Group justify="space-between" mb={6}>
                <Text size="sm" fw={650} component="h2">{t("appeals.yourAppeal")}</Text>
                {appeal.decidedAt === null && <AppealBadge state={appeal.state} />}
              </Group>
              <AppealText
                appeal={appeal} criteria={criteriaOf(assessment)} nameOf={nameOf}
                link={(id, label) => <EvidenceLink label={label} onClick={() => onCriterion(id)} />}
              />
              {isWaiting(appeal.state) && (
                <Group mt="sm" gap="xs">
                  <Text size="xs" c="dimmed" flex={1}>{t(appeal.state === "open" ? "appeals.waitsOpen" : "appeals.waitsReview")}</Text>
                  {sure ? (
                    <>
                      <Button size="compact-sm" variant="default" onClick={() => setSure(false)}>{t("appeals.keepAppeal")}</Button>
                      <Button size="compact-sm" color="red" loading={withdraw.isPending} onClick={() => withdraw.mutate(appeal.id)}>{t("appeals.withdrawSure")}</Button>
                    </>
                  ) : (
                    <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setSure(true)}>{t("appeals.withdraw")} …</Button>
                  )}
                </Group>
              )}
            </div>
          ))}
          {found.data && !waiting && (
            <Group gap="sm" wrap="nowrap" align="flex-start">
              {obstacle ? (
                <Text size="sm" c="dimmed">{obstacle}</Text>
              ) : (
                <>
                  <Button variant="default" size="compact-sm" style={{ flexShrink: 0 }} leftSection={<IconScale size={16} />} onClick={() => setAsking(true)}>{t("appeals.appeal")} …</Button>
                  <Text size="xs" c="dimmed">
                    {chance?.until ? t("appeals.until", { date: format.dateTime(chance.until) }) : t("appeals.appealHint")} {chance && t("appeals.left", { count: chance.left })}
                  </Text>
                </>
              )}
            </Group>
          )}
        </Stack>
      )}
      {asking && <AppealDialog assessment={assessment} definitions={definitions} chance={chance} onClose={() => setAsking(false)} />}
    </section>
  );
}

const NO_COMMENT = { comment: "" };

function Acknowledgement({ assessment }: { assessment: Assessment }) {
  const { t, format } = useI18n();
  const changed = useAppealChanged();
  const [draft, change, forget] = useKept(`acknowledge.${assessment.id}`, NO_COMMENT);
  const [writing, setWriting] = useState(draft.comment !== "");
  const send = useMutation({
    mutationFn: () => acknowledge(assessment.id, draft.comment.trim()),
    onSuccess: () => {
      forget();
      setWriting(false);
      changed(assessment.id);
      notifications.show({ color: "assay", icon: <IconCheck size={16} />, message: t("appeals.acknowledged") });
    },
    onError: (error) => notifications.show({ color: "red", title: t("common.errorTitle"), message: refusalText(error, t, format) }),
  });
  const done = assessment.acknowledgedAt !== null;
  const comment = assessment.acknowledgementComment;
  return (
    <Stack gap={6}>
      {done ? (
        <Text size="sm"><IconCheck size={15} aria-hidden style={{ verticalAlign: -2 }} /> {t("appeals.acknowledgedOn", { date: format.dateTime(assessment.acknowledgedAt ?? "") })}</Text>
      ) : (
        <Text size="sm" fw={600}>{t("appeals.acknowledgeAsk")}</Text>
      )}
      {comment && <Text size="sm" className={classes.quote}>{comment}</Text>}
      {!done && <Text size="xs" c="dimmed">{t("appeals.acknowledgeHint")}</Text>}
      <Collapse expanded={writing && !comment}>
        <Textarea
          size="xs" autosize minRows={2} maxRows={8} maxLength={4000} aria-label={t("appeals.comment")} placeholder={t("appeals.commentPlaceholder")}
          value={draft.comment} onChange={(event) => change({ comment: event.currentTarget.value })}
        />
      </Collapse>
      {(!done || (writing && !comment)) && (
        <Group gap="xs">
          <Button size="compact-sm" loading={send.isPending} disabled={done && draft.comment.trim() === ""} onClick={() => send.mutate()}>
            {t(done ? "appeals.addComment" : "appeals.acknowledge")}
          </Button>
          {!writing && <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setWriting(true)}>{t("appeals.addComment")}</Button>}
        </Group>
      )}
      {done && !comment && !writing && (
        <Group><Button size="compact-xs" variant="subtle" color="gray" onClick={() => setWriting(true)}>{t("appeals.addComment")}</Button></Group>
      )}
    </Stack>
  );
}
