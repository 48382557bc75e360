/** Words of conversation that are no names. */
export const stopWords = new Set(
  `a about actually add after afternoon again ah all alright also am an and any anyone anything anytime appointment april are around as asap ask at august available away back bad be
   because been before best better between big book booking but by bye call called calling can can't cancel cancelled cash certainly change cheap checking cleaning clock close closed come
   coming confirm confirmed correct cost could couple currently customer damn date day days dear december dentist did different do doctor does doesn't doing don't done dot down each earlier
   early eh eight eighty either eleven else emergency er evening ever every exactly excuse fair february feel few fifteen fifty fine first five for forget fourteen forty four free friday from full
   fuck get getting give glad go going gonna good goodbye got great guess had half happy has have having he hear hello help her here hey hi him his hmm hold how human hundred
   i i'd i'll i'm i've ignore in instead interested into is isn't it it's january july june just kind know last late later leave let like line little living located long look looking lost lot
   love machine made make many march may maybe me mean meant message mine minute minutes mm moment monday money month more morning much mum must my myself name need never new next
   nine ninety no noon nope not nothing november now number o'clock oclock october of off oh ok okay on once one only open opening or original other our out over pain pardon parking past
   person phone place please possible price probably problem put question quick quite really right robot running same saturday say saying schedule second see seem september seven seventy she
   should sick six sixty so some somebody someone something soon sorry speak speaking spell spelled spelling still stop stuck sunday supposed sure take talk ten thank thanks that that's the their them then
   there there's these they thing think third thirteen thirty this those three thursday time to today tomorrow tonight too tooth trouble try trying tuesday twelve twenty two um under until up us use usually very wait
   walk want wanted wanting was wednesday week weekend well were what what's when where which while who why will with won't wondering work working worried would wrong yeah year yep yes yesterday yet you your
   you're using nah noone whatever whenever able afraid ready done good-bye perfect lovely wonderful fantastic brilliant excellent amazing awesome cool nice nervous hurting ridiculous urgent important impossible free available busy correct terrible horrible awful strange interesting wonderful hungry tired calm sad angry curious new shit shut hell stupid tell nobody both none neither anyway also teeth`.split(
    /\s+/,
  ),
);
