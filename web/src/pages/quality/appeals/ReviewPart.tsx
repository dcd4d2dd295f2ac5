import { Button, Collapse, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "@/i18n";
import { ErrorState } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import type { Assessment, Criterion } from "../model/types";
import classes from "../quality.module.css";
import { DecisionPanel } from "./DecisionPanel";
import { appealsOfQuery, isAppealState, isWaiting } from "./data";
import { AppealBadge, AppealText, criteriaOf, EvidenceLink } from "./parts";

interface Props {
  assessment: Assessment;
  definitions: ReadonlyMap<number, Criterion>;
  nameOf: (id: number | null) => string;
  onCriterion: (id: number) => void;
}

/** The appeal on the page of the review, beside the conversation that it is about. */
export function AppealBanner({ assessment, definitions, nameOf, onCriterion }: Props) {
  const { t } = useI18n();
  const state = assessment.appealState;
  const [open, setOpen] = useState(isWaiting(state));
  const found = useQuery({ ...appealsOfQuery(assessment.id), enabled: open });
  if (!isAppealState(state)) return null;
  const link = (id: number, label: string) => <EvidenceLink label={label} onClick={() => onCriterion(id)} />;
  return (
    <section className={classes.panel} data-appeal style={{ margin: "12px 16px 4px" }} aria-label={t("appeals.single")}>
      <Group justify="space-between" gap="xs">
        <Group gap={8}><IconScale size={18} aria-hidden /><Text size="sm" fw={650} component="h2">{t("appeals.by", { name: nameOf(assessment.assessedUser) })}</Text><AppealBadge state={state} /></Group>
        <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? "appeals.hide" : "appeals.show")}</Button>
      </Group>
      <Collapse expanded={open}>
        {found.isError ? (
          <ErrorState error={found.error} />
        ) : !found.data ? (
          open && <ListSkeleton rows={2} />
        ) : (
          <Stack gap="md" mt="sm">
            {found.data.appeals.map((appeal) => (
              <div key={appeal.id} className={classes.appeal}>
                <AppealText appeal={appeal} criteria={criteriaOf(assessment)} nameOf={nameOf} link={link} plain={isWaiting(appeal.state)} />
                {isWaiting(appeal.state) && <div style={{ marginTop: 12 }}><DecisionPanel appeal={appeal} assessment={assessment} definitions={definitions} link={link} /></div>}
              </div>
            ))}
          </Stack>
        )}
      </Collapse>
    </section>
  );
}

/** That the assessed person has read it, and what they said. */
export function AcknowledgedNote({ assessment, name }: { assessment: Assessment; name: string }) {
  const { t, format } = useI18n();
  if (assessment.acknowledgedAt === null) return null;
  return (
    <div style={{ padding: "12px 16px 0" }}>
      <Text size="sm">{t("appeals.acknowledgedBy", { name, date: format.dateTime(assessment.acknowledgedAt) })}</Text>
      {assessment.acknowledgementComment && <Text size="sm" className={classes.quote} mt={4}>{assessment.acknowledgementComment}</Text>}
    </div>
  );
}
