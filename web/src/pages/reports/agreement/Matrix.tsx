import { Table, Text, UnstyledButton } from "@mantine/core";
import { useI18n } from "@/i18n";
import type { AgreementGroup } from "../data";
import classes from "../reports.module.css";
import { answerLabel } from "./reading";

type Confusion = NonNullable<AgreementGroup["confusionMatrix"]>;

/** What people said in rows, what the judge said in columns; a number opens its cases. */
export function Matrix({ found, onOpen }: { found: Confusion; onOpen: (human: string, ai: string) => void }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const sum = (place: number) => found.matrix.reduce((total, row, other) => total + row[place]! + found.matrix[place]![other]!, 0);
  const used = found.labels.map((_, place) => place).filter((place) => sum(place) > 0);
  const most = Math.max(1, ...found.matrix.flat());
  const label = (place: number) => answerLabel(found.labels[place]!, i18n);
  return (
    <div>
      <Text fw={650} size="sm">{t("reports.agreement.matrix")}</Text>
      <Text size="xs" c="dimmed" mb={6}>{t("reports.agreement.matrixHint")}</Text>
      <Table.ScrollContainer minWidth={100 + 64 * used.length}>
        <table className={classes.matrix}>
          <thead>
            <tr>
              <th scope="col">{t("reports.agreement.rows")}</th>
              {used.map((column) => <th key={column} scope="col">{label(column)}</th>)}
            </tr>
          </thead>
          <tbody>
            {used.map((row) => (
              <tr key={row}>
                <th scope="row">{label(row)}</th>
                {used.map((column) => {
                  const count = found.matrix[row]![column]!;
                  const same = row === column;
                  const shade = same ? "assay" : "orange";
                  const style = { background: count ? `color-mix(in srgb, var(--mantine-color-${shade}-5) ${Math.round(12 + (30 * count) / most)}%, var(--desk-surface))` : "transparent" };
                  return (
                    <td key={column}>
                      {count === 0 ? (
                        <span className={classes.cell} data-same={same || undefined}>0</span>
                      ) : (
                        <UnstyledButton
                          className={classes.cell} data-same={same || undefined} style={style} fz="sm" onClick={() => onOpen(String(found.labels[row]), String(found.labels[column]))}
                          aria-label={t("reports.agreement.cell", { human: label(row), ai: label(column), count })}
                        >
                          {format.number(count)}
                        </UnstyledButton>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Table.ScrollContainer>
    </div>
  );
}
