/** Words that tell what a name in an English text is the name of. */

const list = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** A name that ends so, or goes on with "of" or "for" after it, is an organisation's. */
export const ORGANIZATION_HEADS = list(`
  Inc Corp Corporation Ltd Limited LLC LLP PLC plc GmbH AG SE KG SA NV BV Company Co Group Holdings Enterprises
  Industries Technologies Technology Systems Solutions Laboratories Labs Studios Electronics Motors Airlines Airways
  Pharmaceuticals Partners Traders Ventures Capital Foods Stores Brothers Bros Press Times Post Journal Tribune Gazette
  University College Institute School Academy Hospital Clinic Museum Library Theatre Orchestra Church Bank Fund
  Agency Administration Association Authority Board Bureau Foundation Ministry Department Office Committee Commission
  Council Society Union Party Federation League Alliance Consortium Cooperative Club Organization Organisation Trust
  Court Parliament Senate Congress Assembly Navy Army Police Nations Insurance Railways Exchange Charity Network
`);

/** A name that ends so is a place's. */
export const PLACE_ENDS = list(`
  City Ocean Sea River Island Islands Isles Mountains Valley Palace Castle Bridge Airport Square
  Bay Beach County Desert Peninsula Canyon Falls Forest Cathedral Abbey Station Republic Kingdom Province
`);

/** A name that begins so is a place's. */
export const PLACE_BEGINNINGS = list(
  "River Lake Mount Mt Cape Gulf Isle Fort Port Republic Kingdom",
);

/** With "of" and a name they are one name: "University of Oxford", "Isle of Wight". */
export const BEFORE_OF = list(`
  Bank University Ministry Department Institute Museum Council House Court Academy College Office School Board Bureau
  Chamber Church Library Society Association Federation Union Organization Organisation Secretary States Republic
  Kingdom Gulf Isle Cape Bay Strait Fund Center Centre League Party
`);

/** Before a name they say that a person follows; they are not part of the name. */
export const TITLES = list(`
  Mr Mrs Ms Miss Mx Dr Prof Professor Sir Dame Lord Lady President Chancellor Minister Senator Governor Mayor Judge
  Justice King Queen Prince Princess Pope Captain General Colonel Sergeant Lieutenant Admiral Inspector Congressman
  Congresswoman Ambassador Father Sister Rev Reverend Saint Uncle Aunt Chairman Chairwoman CEO Vice Prime Deputy Chief
  Councillor Councilor Councilman Councilwoman Bishop Archbishop Cardinal Duke Duchess Count Countess Baron Baroness
  Herr Herrn Frau Monsieur Madame Señor Señora Signor Signora Emperor Empress Sheikh Imam Rabbi Commissioner Premier Major Commander Financial Executive Operating Technical Officer Director Manager Secretary Engineer
`);

/** Words that begin sentences, and of a name only titles of works. */
export const SENTENCE_STARTERS = list(`
  The A An This That These Those It He She They We You His Her Its Our Their My Your In On At By For From To Of With
  Without Into After Before During Since Until While When Where If As But And Or So Yet Not No Yes Both Every Each
  Some Many Most All Few Other Another Such However Then There Here Now Later Yesterday Today Tomorrow Once Only Also
  Even Although Because Despite Between Under Over Near Like What Who Why How Which Please Contact Call Ask See Meet
  Did Does Do Is Are Was Were Has Have Had Can Could May Might Should Would Must Let Just
  Der Die Das Den Dem Ein Eine Le Les Une
`);

/** Written with capitals, and names of nobody and nothing here. */
export const NOT_NAMES = list(`
  January February March April May June July August September October November December Monday Tuesday Wednesday
  Thursday Friday Saturday Sunday Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun
  Christmas Easter English German French Spanish Italian Chinese Japanese Russian Arabic
  I API PDF CSV HTML JSON XML URL HTTP SQL CEO CFO CTO FAQ ID OK USB PC TV UTC GMT AM PM
  Chapter Section Figure Table Page Part Appendix Article Step Note Invoice Total Room Street
  Python Java JavaScript TypeScript Rust Markdown Excel Word Windows Linux Docker Settings Menu
  Firma Société Empresa
  Dear Hi Hello Thanks Regards Best Kind Sincerely Cheers
`);

/** Organisations by names that do not say that they are ones, beside those that compromise knows. */
export const KNOWN_ORGANIZATIONS: readonly string[] = `
  Apple, Amazon, OpenAI, Anthropic, DeepMind, SpaceX, Tesla, Airbus, Boeing, Reuters, Bloomberg, Nvidia, Intel, AMD,
  Oracle, Adobe, Netflix, Spotify, Uber, Airbnb, Stripe, PayPal, Mastercard, Siemens, Bosch, Volkswagen, BMW, Daimler,
  Audi, Porsche, Renault, Peugeot, Fiat, Ferrari, Toyota, Honda, Nissan, Mitsubishi, Hyundai, Samsung, Sony, Panasonic,
  Hitachi, Toshiba, Huawei, Xiaomi, Alibaba, Tencent, Baidu, ByteDance, TikTok, Philips, Ericsson, Nokia, Novartis,
  Roche, Pfizer, Moderna, AstraZeneca, Bayer, BASF, Nestlé, Unilever, Danone, Adidas, Nike, Zalando, IKEA, Lufthansa,
  Ryanair, EasyJet, FedEx, UPS, DHL, Walmart, Tesco, Lidl, Aldi, Carrefour, Starbucks, Accenture, Deloitte, KPMG, PwC,
  McKinsey, BP, ExxonMobil, Chevron, Equinor, Wikipedia, Greenpeace, Oxfam, Interpol, Europol, GitHub, GitLab,
  LinkedIn, Facebook, Instagram, YouTube, Twitter, Reddit, Google, Microsoft, IBM, SAP, NASA, ESA, NATO, UNESCO, UNICEF,
  FBI, CIA, NSA, IMF, OECD, WTO, BBC, CNN, NBC, OPEC, FIFA, UEFA, EU, UN, European Union, United Nations, Red Cross,
  Lockheed Martin, Rolls-Royce, General Electric, General Motors, Goldman Sachs, Morgan Stanley, JPMorgan Chase,
  Johnson & Johnson, Procter & Gamble, Hewlett Packard, Blue Origin, Amnesty International, Human Rights Watch,
  Doctors Without Borders, Associated Press, IG Metall
`
  .split(",")
  .map((name) => name.trim());
