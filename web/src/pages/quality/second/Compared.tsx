import { Badge, Group, Table, Text } from "@mantine/core";
import { useI18n } from "@/i18n";
import { answerText } from "../review/CriterionRow";
import { cardOf, type SecondReview } from "./data";

interface Props {
  review: SecondReview;
  nameOf: (id: number | null) => string;
  onCriterion?: (id: number) => void;
}

/** Both reviews beside each other; what is different is marked. */
export function Compared({ review, nameOf }: Props) {
  const { t, format } = useI18n();
  const pairs = new Map((review.pairs ?? []).map((pair) => [pair.criterionId, pair]));
  const second = new Map((review.answers ?? []).map((answer) => [answer.criterionId, answer]));
  const equal = [...pairs.values()].filter((pair) => pair.equal).length;
  return (
    <div>
      <Text size="sm">
        {pairs.size === 0 ? t("second.nothingCompared") : t("second.agreement", { equal, count: pairs.size })}
      </Text>
      <Text size="xs" c="dimmed" mb="xs">{t("second.noEffect")}</Text>
      <Table.ScrollContainer minWidth={340} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("second.sideBySide") } as never }}>
        <Table verticalSpacing={6} aria-label={t("second.sideBySide")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("second.criterion")}</Table.Th>
              <Table.Th>{t("second.first")}</Table.Th>
              <Table.Th>{t("second.secondBy", { name: nameOf(review.reviewerId) })}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cardOf(review).categories.flatMap((category) =>
              category.criteria.map((criterion) => {
                const pair = pairs.get(criterion.id);
                const own = second.get(criterion.id);
                return (
                  <Table.Tr key={criterion.id} data-differs={pair?.equal === false || undefined}>
                    <Table.Td>
                      <Text size="sm">{criterion.label}</Text>
                      {own?.reason && <Text size="xs" c="dimmed">{own.reason}</Text>}
                    </Table.Td>
                    <Table.Td>
                      <Text size="sm" c={pair ? undefined : "dimmed"}>
                        {pair ? answerText(criterion, pair.firstScore, pair.firstApplicable, t, format.number) : t("second.notDecided")}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <Group gap={6}>
                        <Text size="sm" fw={pair?.equal === false ? 700 : 400}>{own ? answerText(criterion, own.score, own.applicable, t, format.number) : "–"}</Text>
                        {pair?.equal === false && <Badge size="sm" color="orange" variant="light" tt="none">{t("second.differs")}</Badge>}
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                );
              }),
            )}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {review.comment && <Text size="sm" mt="xs" style={{ whiteSpace: "pre-wrap" }}>{review.comment}</Text>}
    </div>
  );
}
