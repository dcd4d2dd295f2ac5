import { Table, Text, Tooltip } from "@mantine/core";
import { useI18n } from "@/i18n";
import { usePeople } from "../../quality/data";
import quality from "../../quality/quality.module.css";
import { answerText } from "../../quality/review/CriterionRow";
import classes from "../calibration.module.css";
import type { Answer, CriterionToScore, ItemToScore, Session } from "../data";

interface Column {
  key: string;
  name: string;
  answers: Answer[];
  comment: string | null;
}

/** Whether two people gave different answers; the AI does not count. */
function differs(columns: readonly Column[], criterionId: number): boolean {
  const given = columns.flatMap(({ key, answers }) => (key === "ai" ? [] : answers.filter((one) => one.criterionId === criterionId)));
  return new Set(given.map(({ score, applicable }) => (applicable === false ? "notApplicable" : score))).size > 1;
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
  const short = (criterion: CriterionToScore, { score, applicable }: Answer): string =>
    applicable === false
      ? t("quality.review.notApplicableShort")
      : criterion.scoringType === "numericScale" && score !== null
        ? format.number(score, 2)
        : answerText(criterion, score, applicable, t, format.number);
  const remarks = columns.filter((column) => column.comment);
  return (
    <section aria-label={t("calibration.sheet.answers")}>
      <div className={quality.category}><div>
        <Text component="h2" size="sm" fw={650}>{t("calibration.sheet.answers")}</Text>
        <Text size="xs" c="dimmed">{t("calibration.sheet.answersText")}</Text>
      </div></div>
      <Table.ScrollContainer minWidth={150 + 72 * columns.length} px="md">
        <Table verticalSpacing={6} className={classes.answers}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("calibration.result.criterion")}</Table.Th>
              {columns.map(({ key, name }) => <Table.Th key={key}>{name}</Table.Th>)}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {item.categories.flatMap((category) => category.criteria).map((criterion) => (
              <Table.Tr key={criterion.id} data-differs={differs(columns, criterion.id) || undefined}>
                <Table.Th scope="row" className={classes.rowHead}>
                  <Text size="sm">{criterion.label}</Text>
                  {criterion.scoringType === "numericScale" && <Text size="xs" c="dimmed">{t("calibration.sheet.upTo", { count: criterion.maxPoints })}</Text>}
                </Table.Th>
                {columns.map(({ key, answers }) => {
                  const answer = answers.find((one) => one.criterionId === criterion.id);
                  const text = answer ? short(criterion, answer) : "–";
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
