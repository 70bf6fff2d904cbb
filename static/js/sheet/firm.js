// The firm's section page.

import { SheetPage, start } from "./page.js";

start(SheetPage);
