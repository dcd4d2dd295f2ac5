import type en from "../en/inbox";

const de: typeof en = {
  title: "Posteingang",
};
export default de;
