// The firm's section page.

import { SheetPage, start } from "./sheet-page.js";

start(SheetPage);
