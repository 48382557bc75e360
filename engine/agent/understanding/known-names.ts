/**
 * First and last names that are common in the United States: what was spelled over a telephone is held against them
 * where one of its letters can be mistaken for another. Few on purpose: of the 24,000 that the recogniser listens for,
 * rare ones are a letter away from common ones, and a slip would be taken for a name.
 */
const words = `
  aaron abigail adam adrian alan albert alejandro alex alexander alexis alice alicia allen allison alma amanda amber amy ana
  andrea andrew angel angela anita ann anna anne annie anthony antonio april ariana arthur ashley audrey austin barbara beatrice
  becky ben benjamin bernard beth betty beverly bill billy bob bobby bonnie brad bradley brandon brenda brent brett brian
  brittany bruce bryan caleb calvin cameron carl carla carlos carmen carol caroline carolyn carrie catherine cathy cecilia chad
  charles charlie charlotte cheryl chris christian christina christine christopher cindy claire clara clarence claudia cody
  colin connie connor craig crystal curtis cynthia dale dan dana daniel danielle danny darlene darren dave david dawn dean
  deborah debra denise dennis derek diana diane don donald donna doris dorothy doug douglas dustin dylan earl eddie edgar edith
  edna eduardo edward edwin eileen elaine eleanor elena elizabeth ellen elsie emily emma eric erica erik erin ernest esther
  ethan eugene eva evan evelyn faith fatima felix fernando florence frances francis francisco frank fred gabriel gail gary gene
  george gerald gina glen gloria grace greg gregory gwen hannah harold harriet harry hazel heather hector heidi helen henry
  holly howard ian ida irene isaac isabel isabella ivan jack jackie jacob jacqueline jaime james jamie jan jane janet janice
  jared jasmine jason javier jay jean jeff jeffrey jennifer jenny jeremy jerome jerry jesse jessica jesus jill jim jimmy joan
  joann joanna joe joel john johnny jon jonathan jordan jorge jose joseph joshua joyce juan juanita judith judy julia julian
  julie june justin karen karl katherine kathleen kathryn kathy katie kay keith kelly ken kenneth kevin kim kimberly kristen
  kristin kurt kyle lamar larry laura lauren laurie lawrence leah lee leo leon leonard leroy leslie lillian linda lisa lloyd
  lois lori lorraine louis louise lucas lucia lucille lucy luis luke lydia lynn madison malik manuel marc marcia marcus margaret
  maria marie marilyn mario marion marissa mark marlene marsha martha martin marvin mary mason matthew maureen maurice max
  megan melanie melinda melissa melvin michael michele michelle miguel mike mildred milton miriam mohamed mohammed molly monica
  morgan nancy naomi natalie natasha nathan nathaniel neil nicholas nicole nina noah nora norma norman olga oliver olivia omar
  oscar pamela patricia patrick paul paula pauline pedro peggy penny perry peter philip phillip phyllis priscilla priya rachel
  rafael ralph ramon randall randy raul ray raymond rebecca regina renee rhonda ricardo richard rick rita rob robert roberta
  roberto robin rodney roger roland ron ronald rosa rose rosemary roy ruben ruby russell ruth ryan sabrina sally sam samantha
  samuel sandra sara sarah scott sean sergio seth shane shannon sharon shawn sheila shelly sherry shirley sidney sofia sonia
  sophia sophie stacey stacy stanley stella stephanie stephen steve steven stuart sue susan suzanne sylvia tamara tammy tanya
  tara taylor teresa terry thelma theodore theresa thomas tiffany tim timothy tina todd tom tommy toni tony tracy travis tyler
  valerie vanessa vera vernon veronica vicki victor victoria vincent viola virginia vivian wade walter wanda warren wayne wendy
  wesley willie william yolanda yvonne zachary zoe
  adams aguilar alexander alvarez anderson andrews armstrong arnold bailey baker barnes bell bennett berry bishop black boyd
  bradley brooks brown bryant burke burns burton butler campbell carlson carpenter carr carroll carter castillo castro chang
  chapman chavez chen clark cole coleman collins contreras cook cooper cox crawford cruz cunningham daniels davidson davis day
  diaz dixon duncan dunn edwards elliott ellis estrada evans ferguson fernandez fields fisher fitzgerald fleming flores ford
  foster fowler fox franklin freeman fuller garcia gardner garrett garza gibson gilbert gomez gonzales gonzalez gordon graham
  grant gray green greene griffin guerrero gupta gutierrez guzman hall hamilton hansen hanson harper harris harrison hart harvey
  hawkins hayes henderson henry hernandez herrera hicks hill hoffman holmes howard howell hudson hughes hunt hunter jackson
  jacobs james jenkins jensen jimenez johnson johnston jones jordan joseph kelley kelly kennedy khan kim king klein knight
  kumar lane larson lawrence lawson lee lewis li lin little long lopez lynch marshall martin martinez mason matthews may
  mccarthy mccoy mcdonald medina mendez mendoza meyer miller mills mitchell montgomery moore morales moreno morgan morris
  morrison murphy murray myers nelson newman newton nguyen nichols norris obrien oliver olson ortega ortiz owens palmer park
  parker patel patterson payne pearson pena perez perkins perry peters peterson petrov phillips pierce porter powell powers
  price quinn ramirez ramos reed reeves reid reyes reynolds rice richards richardson riley rios rivera robertson robinson
  rodriguez rogers romero rose ross ruiz russell ryan salazar sanchez sanders santiago santos schmidt schneider schultz schwartz
  scott shah sharma shaw silva simmons simpson sims singh smith snyder soto spencer stein stephens stevens stewart stone sullivan
  taylor thomas thompson torres tran tucker turner valdez vargas vasquez vaughn vega wagner walker wallace walsh wang ward
  warren washington watkins watson weaver webb weber webster wells west wheeler white williams williamson willis wilson wong
  wood woods wright wu yang young zhang zimmerman`;

export const knownNames: ReadonlySet<string> = new Set(words.trim().split(/\s+/));
