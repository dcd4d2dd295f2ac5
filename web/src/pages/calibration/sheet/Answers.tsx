import { Table, Text, Tooltip } from "@mantine/core";
import { useI18n } from "@/i18n";
import { usePeople } from "../../quality/data";
import quality from "../../quality/quality.module.css";
import { answerText } from "../../quality/review/CriterionRow";
import classes from "../calibration.module.css";
import type { Answer, ItemToScore, Session } from "../data";

interface Column {
  key: string;
  name: string;
  answers: Answer[];
  comment: string | null;
}

/** What everybody answered to one piece of work, side by side, to talk about it. */
export function Answers({ session, item }: { session: Session; item: ItemToScore }) {
  const { t, format } = useI18n();
  const people = usePeople();
  const found = session.items.find((one) => one.worklogId === item.worklogId);
  if (!found) return null;
  const columns: Column[] = found.sheets
    .filter((sheet) => sheet.state === "submitted" && sheet.criteria !== null)
    .map((sheet) => ({ key: String(sheet.userId), name: people.name(sheet.userId), answers: sheet.criteria ?? [], comment: sheet.comment }));
  if (found.ai.criteria !== null && found.ai.state === "done") columns.push({ key: "ai", name: t("calibration.ai"), answers: found.ai.criteria, comment: null });
  if (columns.length === 0) return <Text size="sm" c="dimmed" p="md">{t("calibration.sheet.noAnswers")}</Text>;
  const remarks = columns.filter((column) => column.comment);
  return (
    <section aria-label={t("calibration.sheet.answers")}>
      <div className={quality.category}><Text component="h2" size="sm" fw={650}>{t("calibration.sheet.answers")}</Text></div>
      <Table.ScrollContainer minWidth={120 + 84 * columns.length} px="md">
        <Table verticalSpacing={6} className={classes.answers}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("calibration.result.criterion")}</Table.Th>
              {columns.map(({ key, name }) => <Table.Th key={key}>{name}</Table.Th>)}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {item.categories.flatMap((category) => category.criteria).map((criterion) => (
              <Table.Tr key={criterion.id}>
                <Table.Th scope="row" className={classes.rowHead}><Text size="sm">{criterion.label}</Text></Table.Th>
                {columns.map(({ key, answers }) => {
                  const answer = answers.find((one) => one.criterionId === criterion.id);
                  const text = answer ? answerText(criterion, answer.score, answer.applicable, t, format.number) : "–";
                  return (
                    <Table.Td key={key}>
                      <Text size="sm">{text}</Text>
                      {answer?.reason && (
                        <Tooltip label={answer.reason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
                          <Text size="xs" c="dimmed" lineClamp={2} tabIndex={0}>{answer.reason}</Text>
                        </Tooltip>
                      )}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {remarks.map(({ key, name, comment }) => (
        <Text key={key} size="sm" px="md" pb="xs"><b>{name}:</b> {comment}</Text>
      ))}
    </section>
  );
}
