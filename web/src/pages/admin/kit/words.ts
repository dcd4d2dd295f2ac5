import { useMemo } from "react";
import { useI18n } from "@/i18n";
import { ApiError, type FieldFault } from "./backend";

const FAULTS = ["required", "too_short", "too_long", "bad_format", "wrong_type", "bad_value", "unknown_field"] as const;
const ERRORS = [
  "email_taken", "external_id_taken", "name_taken", "last_admin", "own_account", "exceeds_own_rights", "weak_password",
  "role_in_use", "team_in_use", "tag_in_use", "tag_has_children", "default_in_use", "address_taken", "job_running",
  "job_required", "bad_format", "setting_read_only", "permission_denied", "insecure_transport", "absence_overlap",
  "default_skill_exists", "placeholder_missing", "template_in_use", "conflict", "version_conflict", "invalid_credentials",
] as const;

/** Words, error texts, and times in the language of the reader. */
export function useWords() {
  const { t, language, format } = useI18n();
  return useMemo(
    () => ({
      t,
      language,
      moment: (at: string) => format.dateTime(at),
      day: (at: string) => format.date(at),
      ago: (at: string) => format.relative(at),
      took: (ms: number) => (ms < 1000 ? t("admin.millis", { n: ms }) : t("admin.seconds", { n: format.number(ms / 1000, 1) })),
      /** What an error means for the person who reads it. */
      errorText: (error: unknown): string => {
        if (error instanceof ApiError) {
          if (error.code === "network") return t("common.networkError");
          const code = ERRORS.find((known) => known === error.code);
          return code ? t(`admin.error_${code}`) : error.message;
        }
        return error instanceof Error ? error.message : String(error);
      },
      faultText: (fault: FieldFault): string => {
        const code = FAULTS.find((known) => known === fault.code);
        return code ? t(`admin.fault_${code}`) : fault.message;
      },
    }),
    [t, language, format],
  );
}
