/**
 * Words of general English that ask for the same thing, as groups of synonyms.
 *
 * Chosen for what people ask machines to do, in any field of work, and not for the names
 * of particular tools. A word may stand in several groups; it is then a synonym of all
 * their words, but they are not of each other.
 */

import { rootOf } from "./words.ts";

const GROUPS = `
read open load view
write save store put export record persist dump
create make generate produce build compose
fetch download retrieve get obtain pull grab crawl request load open
page website site webpage web
url address uri
list enumerate index catalog
show display present print
find search look seek locate lookup discover scan hunt grep
mention contain include reference occur match appear
query question
count number tally quantity how-many
sum total add aggregate
average mean
maximum highest largest top greatest biggest peak most
minimum lowest smallest least bottom
median middle
length long size duration
summary digest overview abstract condense shorten brief gist recap synopsis outline boil
keyword term topic phrase tag
person individual human people
person name
organization company firm institution business
place location city where
entity name
compare difference contrast versus change diff
similarity alike resemble compare
same identical equal similar compare
table grid tabular spreadsheet
row record entry line
column field attribute
group category per class
sort order rank arrange
filter select choose keep where
calculate compute evaluate math arithmetic
date day when calendar
time hour clock
difference between interval elapsed
language tongue
identify recognize detect determine
classify categorize label sort
folder directory
file document
document text article report essay
text content body passage prose
term word
word vocabulary
character letter
translate interpret
convert transform turn change
delete remove erase drop discard
move transfer
rename relabel
copy duplicate clone
send deliver dispatch ship transmit
email mail
message sms note text
notify alert inform tell warn
remind reminder
buy purchase order acquire
sell vend
book reserve reservation booking appointment schedule
cancel abort
pay payment settle
price cost rate fee charge
cheap inexpensive affordable
weather forecast climate
temperature heat degree
rain precipitation
hotel lodging accommodation stay
flight fly plane airline
trip travel journey tour
route direction path way
distance far mileage
restaurant eat dining dinner
movie film
song music track tune
play listen
video clip footage
image picture photo photograph
audio sound recording voice
visual image picture
lawyer attorney legal law
speech voice speak talk spoken
transcribe transcript dictation
subtitle caption
describe description caption
generate create synthesize
answer reply respond
question ask
meeting conference appointment
task todo job chore
lamp light
switch turn toggle
heating thermostat heater
lock secure
blind shutter curtain
device appliance
room area
door gate
patient person
test assay lab
sample specimen
result finding outcome
drug medicine medication
disease illness condition
doctor physician
dose dosage
product item good article merchandise
stock inventory availability supply
customer client buyer shopper
order purchase
invoice bill receipt
discount reduction coupon
cart basket
review feedback rating
sentiment opinion mood feeling
user account member
employee staff worker
job position vacancy
salary wage pay
random arbitrary
simple plain easy
simplify simple
paraphrase rephrase reword rewrite
grammar spelling proofread
correct fix repair mend
improve enhance better
combine merge join concatenate
split divide separate
extract pull take
crop cut trim
resize scale
encrypt encode cipher
decrypt decode decipher
compress zip shrink pack
expand unzip extract unpack
validate verify check confirm
convert currency exchange
currency money
stock share equity
news headline
loan credit
tax duty
tip gratuity
interest yield
percent percentage
root sqrt
increase raise grow
decrease lower reduce
start begin launch
stop end halt finish
update modify edit change alter
update refresh renew
upload post publish
share post
latest newest recent current
old oldest
near nearby close
today now current
chart plot graph diagram visualize draw
fill render populate
template form
statistics metric measure figure
sentence phrase
paragraph section
lookup consult
student pupil
course class lesson
recipe dish meal
ingredient component
calorie nutrition
weight mass
height tall
birthday birth
phone telephone call
country nation
population inhabitant
map chart
vehicle car automobile
bus coach
train rail railway
ticket fare
event concert show
artist singer musician band
author writer
title name
definition meaning define mean
synonym thesaurus
`;

const synonyms = new Map<string, ReadonlySet<string>>();

function load(): void {
  const found = new Map<string, Set<string>>();
  for (const line of GROUPS.trim().split("\n")) {
    const group = line.split(" ").map(rootOf);
    for (const root of group) {
      const others = found.get(root) ?? new Set();
      found.set(root, others);
      for (const other of group) if (other !== root) others.add(other);
    }
  }
  for (const [root, others] of found) synonyms.set(root, others);
}

const NONE: ReadonlySet<string> = new Set();

/** Roots that may stand for this root, itself left out. */
export function synonymsOf(root: string): ReadonlySet<string> {
  if (synonyms.size === 0) load();
  return synonyms.get(root) ?? NONE;
}

/**
 * Phrases that count as one word, read before anything else: what they are made of would
 * mislead.
 */
export const PHRASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "how many": "how-many",
    "how often": "how-often",
    "how many times": "how-often",
    "look up": "lookup",
    "look for": "find",
    "looking for": "find",
    "search for": "search",
    "find out": "find",
    "work out": "calculate",
    "figure out": "calculate",
    "add up": "sum",
    "sum up": "summarize",
    "sums up": "summarize",
    "boil down": "summarize",
    "write down": "write",
    "put together": "combine",
    "set up": "create",
    "get rid of": "delete",
    "key word": "keyword",
    "key words": "keywords",
    "key phrase": "keyword",
    "key phrases": "keywords",
    "key term": "keyword",
    "key terms": "keywords",
    "key topics": "keywords",
    "main topics": "keywords",
    "key concepts": "keywords",
    "important words": "keywords",
    "important terms": "keywords",
    "most recent": "most-recent",
    "most expensive": "most-expensive",
    "e mail": "email",
    "web page": "webpage",
    "web site": "website",
    "as well as": "and",
    "along with": "and",
    "together with": "and",
    "in addition to": "and",
    "next to": "beside",
    "in front of": "before",
    "according to": "by",
    "based on": "by",
    "at the same time": "also",
    "in parallel": "also",
    "side by side": "also",
    versus: "against",
  }),
);
