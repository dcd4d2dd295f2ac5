import { Anchor, Drawer, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { useI18n } from "@/i18n";
import type { Lookup } from "../../quality/data";
import classes from "../calibration.module.css";
import type { Answer, Session, SessionResult } from "../data";
import type { Cell } from "./Result";

interface Props {
  session: Session;
  result: SessionResult;
  people: Lookup;
  cell: Cell | null;
  onClose: () => void;
}

/** The answers behind one cell of the heat map: one person's beside those of the others, for each piece of work. */
export function CellDrawer({ session, result, people, cell, onClose }: Props) {
  const { t, format } = useI18n();
  const label = result.criteria.find((one) => one.criterionId === cell?.criterionId)?.label ?? "";
  const raters: (number | null)[] = [...session.reviewers, ...(result.ai ? [null] : [])];
  const nameOf = (id: number | null) => (id === null ? t("calibration.ai") : people.name(id));
  const find = (answers: Answer[] | null | undefined) => answers?.find((one) => one.criterionId === cell?.criterionId);
  const text = (answer: Answer | undefined): string =>
    answer === undefined ? "–" : answer.applicable === false ? t("quality.review.notApplicableShort") : answer.score === null ? "–" : format.number(answer.score, 2);
  return (
    <Drawer
      opened={cell !== null} onClose={onClose} position="right" size="lg" closeButtonProps={{ "aria-label": t("common.close") }}
      title={cell === null ? "" : t("calibration.result.behind", { criterion: label, name: nameOf(cell.userId) })}
    >
      {cell !== null && (
        <Table.ScrollContainer minWidth={420}>
          <Table verticalSpacing={6} className={classes.answers}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("calibration.session.work")}</Table.Th>
                {raters.map((id) => <Table.Th key={id ?? "ai"} ta="end">{nameOf(id)}</Table.Th>)}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {session.items.map((item, at) => (
                <Table.Tr key={item.worklogId}>
                  <Table.Td>
                    <Anchor component={Link} to={`/quality/calibration/${session.id}/item/${item.worklogId}`} size="sm" className={classes.number}>
                      {t("calibration.session.item", { number: at + 1, ticket: String(item.ticketId) })}
                    </Anchor>
                  </Table.Td>
                  {raters.map((id) => {
                    const sheet = item.sheets.find((one) => one.userId === id);
                    const answer = id === null ? find(item.ai.criteria) : sheet?.state === "submitted" ? find(sheet.criteria) : undefined;
                    return <Table.Td key={id ?? "ai"} ta="end" data-own={id === cell.userId || undefined}>{text(answer)}</Table.Td>;
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Text size="xs" c="dimmed" mt="sm">{t("calibration.result.behindText")}</Text>
    </Drawer>
  );
}
